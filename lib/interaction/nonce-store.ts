import { knownAcrossCopies } from '../packages/known-across-copies.js';

/**
 * Remembers which nonces were used. It is what makes each `requestState` valid only once when the option
 * `requestState.singleUse` is set, and each proof of a token that is bound to a key with the option `auth.dpop`;
 * without these options it is never called.
 *
 * The class is abstract, so that it is its own injection token. The module brings one in memory, or one on Redis when
 * the option `redis` is set.
 *
 * Contract, checked by `nonceStoreContract()` of `nestjs-mcp-fleet/testing`:
 *
 * - **Once.** Of all calls with the same nonce, on any instance and at any time, exactly one gets `true`.
 * - **Exact.** Nonces are compared exactly: any text is valid, and case matters.
 * - **Limited.** A nonce is forgotten `ttlMs` after its first use. What it belongs to has expired by then.
 * - **Errors.** `use` rejects only when the backend is unavailable. It must not return `true` in that case.
 *
 * @example
 * ```ts
 * class SqlNonceStore extends NonceStore {
 *   async use(nonce: string, ttlMs: number): Promise<boolean> {
 *     // The primary key on `nonce` decides which of several concurrent calls wins; a job deletes expired rows
 *     return (await this.sql.insertIfAbsent('nonces', { nonce, expires: Date.now() + ttlMs })) === 1;
 *   }
 * }
 * ```
 *
 * @publicApi
 */
export abstract class NonceStore {
  static {
    knownAcrossCopies(this, 'NonceStore');
  }

  /**
   * Uses a nonce and remembers that for `ttlMs`.
   *
   * @returns true for the first use; false when the nonce was used before, on any instance
   */
  abstract use(nonce: string, ttlMs: number): Promise<boolean>;
}
