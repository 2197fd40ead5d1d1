import assert from 'node:assert/strict';
import type { NonceStore } from '../../interaction/nonce-store.js';
import { type Disposable, type Runner, withSetup } from './runner.js';

/**
 * The set-up of one test of `nonceStoreContract()`.
 *
 * @publicApi
 */
export interface NonceStoreSetup extends Disposable {
  readonly nonces: NonceStore;
  /** The nonce store of another instance. Default: `nonces`. */
  readonly peer?: NonceStore;
  /** Lets time pass: advances an injected clock, or waits if the backend has its own clock. */
  readonly advance: (ms: number) => Promise<void>;
}

/**
 * The nonce store under test of `nonceStoreContract()`.
 *
 * @publicApi
 */
export interface NonceStoreContract {
  readonly create: () => Promise<NonceStoreSetup>;
}

/**
 * Tests every sentence of the contract in the docblock of `NonceStore`.
 *
 * @publicApi
 */
export function nonceStoreContract(runner: Runner, { create }: NonceStoreContract): void {
  const it = withSetup(runner, create);

  runner.describe('NonceStore contract', () => {
    it('NonceStore.use accepts each nonce once across all instances', async ({ nonces, peer = nonces }) => {
      for (const nonce of ['a', 'A', 'b:c', '{b}', '']) {
        assert.equal(await nonces.use(nonce, 10_000), true, nonce);
        assert.equal(await peer.use(nonce, 10_000), false, nonce);
        assert.equal(await nonces.use(nonce, 10_000), false, nonce);
      }
    });

    it('NonceStore.use accepts exactly one of several concurrent uses', async ({ nonces, peer = nonces }) => {
      const uses = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? nonces : peer).use('a', 10_000)));
      assert.equal(uses.filter(Boolean).length, 1);
    });

    it('NonceStore.use accepts a nonce again after its TTL', async ({ nonces, advance }) => {
      assert.equal(await nonces.use('a', 300), true);
      await advance(100);
      assert.equal(await nonces.use('a', 300), false);
      await advance(400);
      assert.equal(await nonces.use('a', 300), true);
    });
  });
}
