import assert from 'node:assert/strict';
import type { NonceStore } from '../interaction/nonce-store.js';
import { type Disposable, type Runner, withSetup } from './runner.js';

export interface NonceStoreSetup extends Disposable {
  readonly nonces: NonceStore;
  /** The same as another instance has it; without one, `nonces` again. */
  readonly peer?: NonceStore;
  /** Lets time pass: sets an injected clock forward, or waits where the backend has a clock of its own. */
  readonly advance: (ms: number) => Promise<void>;
}

export interface NonceStoreContract {
  readonly create: () => Promise<NonceStoreSetup>;
}

/** Every sentence of the contract in the docblock of `NonceStore`. */
export function nonceStoreContract(runner: Runner, { create }: NonceStoreContract): void {
  const it = withSetup(runner, create);

  runner.describe('NonceStore contract', () => {
    it('accepts each nonce once, on any instance', async ({ nonces, peer = nonces }) => {
      for (const nonce of ['a', 'A', 'b:c', '{b}', '']) {
        assert.equal(await nonces.use(nonce, 10_000), true, nonce);
        assert.equal(await peer.use(nonce, 10_000), false, nonce);
        assert.equal(await nonces.use(nonce, 10_000), false, nonce);
      }
    });

    it('accepts it once, however many use it at the same time', async ({ nonces, peer = nonces }) => {
      const uses = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? nonces : peer).use('a', 10_000)));
      assert.equal(uses.filter(Boolean).length, 1);
    });

    it('forgets it after its time', async ({ nonces, advance }) => {
      assert.equal(await nonces.use('a', 300), true);
      await advance(100);
      assert.equal(await nonces.use('a', 300), false);
      await advance(400);
      assert.equal(await nonces.use('a', 300), true);
    });
  });
}
