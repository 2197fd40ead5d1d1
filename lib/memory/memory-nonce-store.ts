import { NonceStore } from '../interaction/nonce-store.js';
import { type Clock, steadyClock } from './clock.js';

/** The used nonces in memory, for a single process. */
export class MemoryNonceStore extends NonceStore {
  /** The expiry of each nonce. There are few TTLs, so the first entries expire first, or not much later. */
  readonly #used = new Map<string, number>();

  constructor(private readonly now: Clock = steadyClock) {
    super();
  }

  get size(): number {
    return this.#used.size;
  }

  override use(nonce: string, ttlMs: number): Promise<boolean> {
    const now = this.now();
    for (const [expired, expiresAt] of this.#used) {
      if (expiresAt > now) break;
      this.#used.delete(expired);
    }
    if (this.#used.has(nonce)) return Promise.resolve(false);
    this.#used.set(nonce, now + ttlMs);
    return Promise.resolve(true);
  }
}
