import type { Exchange } from '../exchange/exchange.js';
import type { Bounds } from '../limits/bounds.js';
import type { Limit } from '../limits/limit.js';
import { isRefusal, type LimitStore, NOTHING_HELD, type Permit } from '../limits/limit-store.js';
import { CallTimeoutError, LimitExceededError, ResultTooLargeError } from '../protocol/errors.js';

export interface CallBoundsOptions {
  /** Those of all requests. */
  readonly limits: readonly Limit[];
  readonly callTimeoutMs: number | undefined;
  readonly maxResultBytes: number;
}

/** A request of these kinds waits for something to happen, for as long as its client likes. */
const WAITING = new Set(['subscriptions/listen', 'tasks/result']);
/** A liveness check is not counted, and sessions have limits of their own. */
const FREE = new Set(['ping', 'initialize']);

/** Bounds how often clients call, and how long a call takes. */
export class CallBounds {
  readonly #limits: readonly Limit[];
  /** The limits of requests that wait, which are used but do not count as long as they wait. */
  readonly #rates: readonly Limit[];
  #refused = 0;

  constructor(
    private readonly store: LimitStore,
    private readonly options: CallBoundsOptions,
  ) {
    this.#limits = options.limits;
    this.#rates = options.limits
      .filter(({ limit }) => limit !== undefined)
      .map((one) => ({ ...one, concurrent: undefined }));
  }

  /** How many requests were refused. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * Counts a request.
   *
   * @throws {LimitExceededError}
   */
  admitRequest(exchange: Exchange): Permit | Promise<Permit> {
    const { method } = exchange.request;
    if (this.#limits.length === 0 || FREE.has(method)) return NOTHING_HELD;
    return this.#take(WAITING.has(method) ? this.#rates : this.#limits, exchange);
  }

  /**
   * Counts a call of a primitive.
   *
   * @throws {LimitExceededError}
   */
  admitCall({ limits = [] }: Bounds, exchange: Exchange): Permit | Promise<Permit> {
    return this.#take(limits, exchange);
  }

  /** Calls a primitive, within its limits and its time. */
  call<T>(bounds: Bounds, exchange: Exchange, work: () => Promise<T>): Promise<T> {
    const { limits, timeoutMs = this.options.callTimeoutMs } = bounds;
    return limits?.length || timeoutMs !== undefined ? this.#call(bounds, exchange, work) : work();
  }

  async #call<T>(bounds: Bounds, exchange: Exchange, work: () => Promise<T>): Promise<T> {
    const admitted = this.admitCall(bounds, exchange);
    const permit = admitted instanceof Promise ? await admitted : admitted;
    const stop = this.#startClock(bounds, exchange);
    try {
      return await work();
    } finally {
      stop();
      permit.release();
    }
  }

  /** @throws {ResultTooLargeError} for an answer that has more bytes than `maxResultBytes` */
  requireSmall(text: string): void {
    const { maxResultBytes } = this.options;
    // A character has at most three bytes, so that most answers need not be measured.
    if (text.length * 3 <= maxResultBytes) return;
    if (Buffer.byteLength(text) > maxResultBytes) throw new ResultTooLargeError(maxResultBytes);
  }

  /** Cancels the request when its time is over. @returns a function that stops the clock */
  #startClock({ timeoutMs = this.options.callTimeoutMs }: Bounds, exchange: Exchange): () => void {
    if (timeoutMs === undefined) return () => {};
    const cancel = (): void => exchange.cancel(`it took longer than ${timeoutMs} ms`, new CallTimeoutError(timeoutMs));
    const timer = setTimeout(cancel, timeoutMs).unref();
    return () => clearTimeout(timer);
  }

  #take(limits: readonly Limit[], { peer }: Exchange): Permit | Promise<Permit> {
    // The application bounds its own calls.
    if (limits.length === 0 || peer.via === 'process') return NOTHING_HELD;
    const taken = this.store.take(limits, peer.client);
    return taken instanceof Promise ? taken.then((one) => this.#permit(one)) : this.#permit(taken);
  }

  #permit(taken: Parameters<typeof isRefusal>[0]): Permit {
    if (!isRefusal(taken)) return taken;
    this.#refused++;
    throw new LimitExceededError(taken.retryAfterMs);
  }
}
