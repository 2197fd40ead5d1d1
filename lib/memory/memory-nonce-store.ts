import { NonceStore } from '../interaction/nonce-store.js';
import { type Clock, steadyClock } from './clock.js';

/** The used nonces of one process. */
export class MemoryNonceStore extends NonceStore {
  /** Until when each is remembered; those that expire first are in front, as all live equally long. */
  readonly #used = new Map<string, number>();

  constructor(private readonly now: Clock = steadyClock) {
    super();
  }

  get size(): number {
    return this.#used.size;
  }

  override use(nonce: string, ttlMs: number): Promise<boolean> {
    const now = this.now();
    for (const [old, until] of this.#used) {
      if (until > now) break;
      this.#used.delete(old);
    }
    if (this.#used.has(nonce)) return Promise.resolve(false);
    this.#used.set(nonce, now + ttlMs);
    return Promise.resolve(true);
  }
}
