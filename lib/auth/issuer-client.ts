import { isObject, type JsonObject } from '../protocol/messages.js';
import { IssuerUnavailableError } from './auth-errors.js';
import { bodyChunks } from './body-chunks.js';
import { isSecure } from './resource-uri.js';

/** Metadata, keys and answers are much smaller, bytes. */
const MAX_BYTES = 256 * 1024;

export interface IssuerClientOptions {
  readonly timeoutMs: number;
  readonly allowHttp: boolean;
}

/** Makes the HTTP requests to issuers: each is bounded in time and bytes, and follows no redirects (O-16). */
export class IssuerClient {
  /** One for each request that is waited for. */
  readonly #aborters = new Set<AbortController>();
  #closed = false;

  constructor(private readonly options: IssuerClientOptions) {}

  /**
   * Fetches a JSON object.
   *
   * @throws {IssuerUnavailableError} for anything else than a JSON object with status 200; the reason is for the log
   */
  async fetchJson(url: string, init: RequestInit = {}): Promise<JsonObject> {
    if (!URL.canParse(url) || !isSecure(new URL(url), this.options.allowHttp)) {
      throw new IssuerUnavailableError(`${nameOf(url)} is neither https nor on this machine`);
    }
    try {
      return await this.#bounded(async (signal) => {
        const response = await fetch(url, { ...init, signal, redirect: 'error' });
        if (response.status !== 200) {
          await response.body?.cancel();
          throw new IssuerUnavailableError(`${nameOf(url)} answers with status ${response.status}`);
        }
        const value: unknown = JSON.parse(await readText(response, url, signal));
        if (!isObject(value)) throw new IssuerUnavailableError(`${nameOf(url)} does not answer with a JSON object`);
        return value;
      });
    } catch (error) {
      throw error instanceof IssuerUnavailableError ? error : new IssuerUnavailableError(failureOf(url, error));
    }
  }

  /** Aborts what is still being fetched. */
  close(): void {
    this.#closed = true;
    for (const aborter of this.#aborters) aborter.abort();
  }

  /**
   * Does work with a signal that is aborted after `timeoutMs`, and when the server closes. `AbortSignal.any()` with an
   * `AbortSignal.timeout()` is not it: in Node 20, garbage collection takes the latter away, and the work never ends.
   */
  async #bounded<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const aborter = new AbortController();
    const timer = setTimeout(
      () => aborter.abort(new DOMException('No answer in time', 'TimeoutError')),
      this.options.timeoutMs,
    ).unref();
    this.#aborters.add(aborter);
    if (this.#closed) aborter.abort();
    try {
      return await work(aborter.signal);
    } finally {
      clearTimeout(timer);
      this.#aborters.delete(aborter);
    }
  }
}

async function readText(response: Response, url: string, signal: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of bodyChunks(response, signal)) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new IssuerUnavailableError(`${nameOf(url)} answers with more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Without its query, which could hold anything. */
const nameOf = (url: string): string => url.split('?', 1)[0]!.slice(0, 200);

function failureOf(url: string, error: unknown): string {
  const { name, message, cause } = error as Error & { readonly cause?: { readonly code?: unknown } };
  if (name === 'TimeoutError') return `${nameOf(url)} does not answer in time`;
  if (error instanceof SyntaxError) return `${nameOf(url)} does not answer with JSON`;
  return `${nameOf(url)} cannot be reached (${typeof cause?.code === 'string' ? cause.code : message})`;
}
