import type { Exchange } from '../exchange/exchange.js';
import type { Bounds } from '../limits/bounds.js';
import type { Limit } from '../limits/limit.js';
import { isRefusal, type LimitRefusal, type LimitStore, NOTHING_HELD, type Permit } from '../limits/limit-store.js';
import { CallTimeoutError, LimitExceededError, ResultTooLargeError } from '../protocol/errors.js';

export interface CallBoundsOptions {
  /** Those of all requests. */
  readonly limits: readonly Limit[];
  /** Those of event streams and subscriptions. */
  readonly streams: readonly Limit[];
  /** Those of tasks that run. */
  readonly tasks: readonly Limit[];
  readonly callTimeoutMs: number | undefined;
  readonly maxResultBytes: number;
}

const LISTEN = 'subscriptions/listen';
/** A request of these kinds waits for something to happen, for as long as its client likes. */
const WAITING = new Set([LISTEN, 'tasks/result']);
/** Clients whose refusals are remembered. */
const MAX_REMEMBERED = 1000;
/** A liveness check is not counted, and sessions have limits of their own. */
const FREE = new Set(['ping', 'initialize']);

/** Bounds how often clients call, and how long a call takes. */
export class CallBounds {
  /** The limits of requests that wait, which are used but do not count as long as they wait. */
  readonly #rates: readonly Limit[];
  #refused = 0;
  /** By the client; those that were refused longest ago are forgotten. */
  readonly #refusals = new Map<string, number>();

  constructor(
    private readonly store: LimitStore,
    private readonly options: CallBoundsOptions,
  ) {
    this.#rates = options.limits
      .filter(({ limit }) => limit !== undefined)
      .map((one) => ({ ...one, concurrent: undefined }));
  }

  /** How many requests were refused. */
  get refused(): number {
    return this.#refused;
  }

  /** How many requests of a client were refused, as far as is remembered. */
  refusedTo(client: string): number {
    return this.#refusals.get(client) ?? 0;
  }

  /**
   * Counts a request.
   *
   * @throws {LimitExceededError}
   */
  admitRequest(exchange: Exchange): Permit | Promise<Permit> {
    const { method } = exchange.request;
    const { limits, streams } = this.options;
    if ((limits.length === 0 && method !== LISTEN) || FREE.has(method)) return NOTHING_HELD;
    if (!WAITING.has(method)) return this.#take(limits, exchange);
    return both(this.#take(this.#rates, exchange), () => this.#take(method === LISTEN ? streams : [], exchange));
  }

  /**
   * Counts an event stream.
   *
   * @throws {LimitExceededError}
   */
  admitStream(client: string): Permit | Promise<Permit> {
    return this.#takeFor(this.options.streams, client);
  }

  /**
   * Counts a call of a tool that becomes a task, which may run for long.
   *
   * @throws {LimitExceededError}
   */
  admitTask(bounds: Bounds, exchange: Exchange): Permit | Promise<Permit> {
    return both(this.admitCall(bounds, exchange), () => this.#take(this.options.tasks, exchange));
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
  call<T>(bounds: Bounds, exchange: Exchange, work: () => T | Promise<T>): T | Promise<T> {
    const { limits, timeoutMs = this.options.callTimeoutMs } = bounds;
    return limits?.length || timeoutMs !== undefined ? this.#call(bounds, exchange, work) : work();
  }

  async #call<T>(bounds: Bounds, exchange: Exchange, work: () => T | Promise<T>): Promise<T> {
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
    return peer.via === 'process' ? NOTHING_HELD : this.#takeFor(limits, peer.client);
  }

  #takeFor(limits: readonly Limit[], client: string): Permit | Promise<Permit> {
    if (limits.length === 0) return NOTHING_HELD;
    const taken = this.store.take(limits, client);
    return taken instanceof Promise ? taken.then((one) => this.#permit(one, client)) : this.#permit(taken, client);
  }

  #permit(taken: Permit | LimitRefusal, client: string): Permit {
    if (!isRefusal(taken)) return taken;
    this.#refused++;
    const before = this.refusedTo(client);
    this.#refusals.delete(client);
    this.#refusals.set(client, before + 1);
    const [oldest] = this.#refusals.keys();
    if (this.#refusals.size > MAX_REMEMBERED) this.#refusals.delete(oldest!);
    throw new LimitExceededError(taken.retryAfterMs);
  }
}

/** Holds two permits as one; without the second there is none. */
function both(first: Permit | Promise<Permit>, second: () => Permit | Promise<Permit>): Permit | Promise<Permit> {
  if (first instanceof Promise) return first.then((one) => both(one, second));
  if (first === NOTHING_HELD) return second();
  const join = (other: Permit): Permit => ({
    release() {
      first.release();
      other.release();
    },
  });
  const giveBack = (error: unknown): never => {
    first.release();
    throw error;
  };
  try {
    const other = second();
    return other instanceof Promise ? other.then(join, giveBack) : join(other);
  } catch (error) {
    return giveBack(error);
  }
}
