import { CapacityError } from '../protocol/errors.js';
import type { RequestId } from '../protocol/messages.js';
import { sessionKeyText } from '../session/session-key.js';
import type { SessionKey } from '../session/session-record.js';
import type { Exchange } from '../exchange/exchange.js';

/** `1` and `"1"` are different requests, and only those of the same session can be meant (Z-14, G-46). */
const keyOf = (session: SessionKey, id: RequestId): string => `${sessionKeyText(session)} ${typeof id} ${id}`;

/** For answers of cancelled requests to be sent, or stored where others find them. */
const CANCEL_GRACE_MS = 500;

/** The requests this instance is working on: what can be cancelled here, and what a shutdown waits for. */
export class InFlight {
  readonly #exchanges = new Set<Exchange>();
  readonly #bySession = new Map<string, Exchange>();
  #idle: (() => void)[] = [];

  get size(): number {
    return this.#exchanges.size;
  }

  /** @returns what to call when the answer is there */
  add(exchange: Exchange): () => void {
    const { session } = exchange.peer;
    const key = session && keyOf(session, exchange.request.id);
    this.#exchanges.add(exchange);
    if (key !== undefined) this.#bySession.set(key, exchange);
    return () => {
      this.#exchanges.delete(exchange);
      if (key !== undefined && this.#bySession.get(key) === exchange) this.#bySession.delete(key);
      if (this.#exchanges.size === 0) for (const idle of this.#idle.splice(0)) idle();
    };
  }

  /** Cancels a request of a session, if it runs here. `initialize` cannot be cancelled (G-4). */
  cancel(session: SessionKey, id: RequestId, reason: string): void {
    const exchange = this.#bySession.get(keyOf(session, id));
    if (exchange?.request.method !== 'initialize') exchange?.cancel(reason);
  }

  /** Resolves when nothing runs any more; what still runs after `timeoutMs` is cancelled, and given a moment to say so. */
  async drain(timeoutMs: number): Promise<void> {
    await this.#untilIdle(timeoutMs);
    const verdict = new CapacityError('The server is shutting down');
    for (const exchange of this.#exchanges) exchange.cancel('the server is shutting down', verdict);
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
