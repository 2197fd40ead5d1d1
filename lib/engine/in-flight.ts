import { CapacityError } from '../protocol/errors.js';
import { Shares } from '../limits/shares.js';
import type { RequestId } from '../protocol/messages.js';
import { sessionKeyText } from '../session/session-key.js';
import type { SessionKey } from '../session/session-record.js';
import type { Exchange } from '../exchange/exchange.js';

/** `1` and `"1"` are different ids, and an id means a request of its own session only (Z-14, G-46). */
const keyOf = (session: SessionKey, id: RequestId): string => `${sessionKeyText(session)} ${typeof id} ${id}`;

/** Time for the responses of cancelled requests to be sent, or stored in the event log, ms. */
const CANCEL_GRACE_MS = 500;

export interface InFlightLimits {
  /** Requests of all clients together. */
  readonly maxRequests: number;
  /** Requests of one client. */
  readonly maxRequestsPerClient: number;
}

/** The requests this instance is working on: what can be cancelled here, and what a shutdown waits for. */
export class InFlight {
  readonly #exchanges = new Set<Exchange>();
  readonly #bySession = new Map<string, Exchange>();
  readonly #shares = new Shares();
  #idle: (() => void)[] = [];

  /** @param limits without any, nothing is refused */
  constructor(private readonly limits: InFlightLimits = { maxRequests: Infinity, maxRequestsPerClient: Infinity }) {}

  /** @returns why a request of this client is one too many, or `undefined` when there is room for it */
  refusal(client: string): 'share' | 'total' | undefined {
    if (this.#shares.of(client) >= this.limits.maxRequestsPerClient) return 'share';
    return this.#exchanges.size >= this.limits.maxRequests ? 'total' : undefined;
  }

  get size(): number {
    return this.#exchanges.size;
  }

  /** Requests of the client that has the most. */
  get largestShare(): number {
    return this.#shares.largest;
  }

  /** Requests of one client. */
  of(client: string): number {
    return this.#shares.of(client);
  }

  /** @param client whose share it counts for @returns what to call when the response is there */
  add(exchange: Exchange, client = ''): () => void {
    const { session } = exchange.peer;
    const key = session && keyOf(session, exchange.request.id);
    this.#exchanges.add(exchange);
    this.#shares.add(client, 1);
    if (key !== undefined) this.#bySession.set(key, exchange);
    return () => {
      if (!this.#exchanges.delete(exchange)) return;
      this.#shares.add(client, -1);
      if (key !== undefined && this.#bySession.get(key) === exchange) this.#bySession.delete(key);
      if (this.#exchanges.size === 0) for (const idle of this.#idle.splice(0)) idle();
    };
  }

  /** The requests, in the order of their arrival. */
  get exchanges(): Iterable<Exchange> {
    return this.#exchanges;
  }

  /** The sessions that requests are running in. */
  sessions(): SessionKey[] {
    const found = new Map<string, SessionKey>();
    for (const { peer } of this.#exchanges) if (peer.session) found.set(sessionKeyText(peer.session), peer.session);
    return [...found.values()];
  }

  /** Cancels everything that runs in a session: it is over, so nobody can get the results any more. */
  cancelSession(session: SessionKey, reason: string): void {
    const text = sessionKeyText(session);
    for (const exchange of [...this.#exchanges]) {
      if (exchange.peer.session && sessionKeyText(exchange.peer.session) === text) exchange.cancel(reason);
    }
  }

  /** Cancels a request of a session, if it runs here. `initialize` cannot be cancelled (G-4). */
  cancel(session: SessionKey, id: RequestId, reason: string): void {
    const exchange = this.#bySession.get(keyOf(session, id));
    if (exchange?.request.method !== 'initialize') exchange?.cancel(reason);
  }

  /**
   * Resolves when nothing runs any more. After `timeoutMs` everything that still runs is cancelled, and its responses
   * get a moment to be sent.
   */
  async drain(timeoutMs: number): Promise<void> {
    await this.#untilIdle(timeoutMs);
    const error = new CapacityError('The server is shutting down');
    for (const exchange of this.#exchanges) exchange.cancel('the server is shutting down', error);
    await this.#untilIdle(CANCEL_GRACE_MS);
  }

  async #untilIdle(timeoutMs: number): Promise<void> {
    if (this.#exchanges.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
    const idle = new Promise<void>((resolve) => this.#idle.push(resolve));
    await Promise.race([idle, late]);
    clearTimeout(timer);
  }
}
