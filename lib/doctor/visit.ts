import { bodyChunks } from '../auth/body-chunks.js';

/** What came back from a URL. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** The beginning of the body. */
  readonly body: string;
}

export interface VisitOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Nobody answered, and why. */
export class VisitError extends Error {
  override readonly name = 'VisitError';

  constructor(
    readonly url: string,
    /** Of Node, OpenSSL or undici, such as `ECONNREFUSED`. */
    readonly code: string,
  ) {
    super(`${url} cannot be reached: ${CAUSES[code] ?? code}.`);
  }
}

const CAUSES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its host name is not known',
  EAI_AGAIN: 'its host name cannot be looked up',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was closed',
  ETIMEDOUT: 'it does not answer',
  TimeoutError: 'it does not answer in time',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority that is not known',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is sent without the intermediate one',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an authority that is not known',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
  UND_ERR_SOCKET: 'the connection was closed',
};

/** Metadata and keys are much smaller. */
const MAX_BODY_BYTES = 256 * 1024;

/** Sends one request as any client on the Internet would, and follows no redirect. */
export class Visitor {
  constructor(private readonly timeoutMs: number) {}

  /** @throws {VisitError} when nothing answers */
  async visit(url: string, { method = 'GET', headers = {}, body }: VisitOptions = {}): Promise<Reply> {
    const signal = AbortSignal.timeout(this.timeoutMs);
    try {
      const response = await fetch(url, { method, headers, body: body ?? null, redirect: 'manual', signal });
      return { status: response.status, headers: response.headers, body: await beginningOf(response, signal) };
    } catch (error) {
      throw new VisitError(url, codeOf(error));
    }
  }
}

/** An event stream does not end by itself: one event is enough. */
async function beginningOf(response: Response, signal: AbortSignal): Promise<string> {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of bodyChunks(response, signal)) {
    text += decoder.decode(chunk, { stream: true });
    bytes += chunk.length;
    // Leaving the loop closes the connection.
    if (bytes > MAX_BODY_BYTES || (isStream && /^data: ?\S.*\n\r?\n/m.test(text))) break;
  }
  return text;
}

function codeOf(error: unknown): string {
  const { name, cause } = error as Error & { cause?: Error & { code?: string; errors?: readonly { code?: string }[] } };
  return cause?.code ?? cause?.errors?.[0]?.code ?? cause?.message ?? name;
}
