import { CapacityError } from '../protocol/errors.js';
import { type Link, LinkedList } from '../limits/linked-list.js';
import { Shares } from '../limits/shares.js';
import type { RequestId } from '../protocol/messages.js';
import { sessionKeyText } from '../session/session-key.js';
import type { SessionKey } from '../session/session-record.js';
import type { Exchange } from '../exchange/exchange.js';

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
  readonly #exchanges = new LinkedList<Exchange>();
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

  /** @param client whose share it counts for @returns what `remove()` takes */
  add(exchange: Exchange, client = ''): Link<Exchange> {
    this.#shares.add(client, 1);
    return this.#exchanges.add(exchange);
  }

  /** Called when the response is there, with the same client; it has no effect when it is called again. */
  remove(added: Link<Exchange>, client = ''): void {
    if (!this.#exchanges.remove(added)) return;
    this.#shares.add(client, -1);
    if (this.#exchanges.size === 0) for (const idle of this.#idle.splice(0)) idle();
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
    for (const exchange of this.#exchanges) if (isIn(session, exchange)) exchange.cancel(reason);
  }

  /**
   * Cancels a request of a session, if it runs here. `1` and `"1"` are different ids (Z-14, G-46). `initialize` cannot be
   * cancelled (G-4).
   */
  cancel(session: SessionKey, id: RequestId, reason: string): void {
    let found: Exchange | undefined;
    // Nothing is found by a key: making one for each request costs more than looking at all of them for a cancellation.
    for (const one of this.#exchanges) if (one.request.id === id && isIn(session, one)) found = one;
    if (found?.request.method !== 'initialize') found?.cancel(reason);
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

const isIn = ({ principal, id }: SessionKey, { peer: { session } }: Exchange): boolean =>
  session !== undefined && session.id === id && session.principal === principal;
