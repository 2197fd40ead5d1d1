import assert from 'node:assert/strict';
import { InputRefusedError } from '../../interaction/interaction.js';
import type { PendingRequests } from '../../interaction/pending-requests.js';
import type { SessionKey } from '../../session/session-record.js';
import type { SessionStore } from '../../session/session-store.js';
import { type Disposable, type Runner, withSetup } from './runner.js';

/**
 * The set-up of one test of `pendingRequestsContract()`.
 *
 * @publicApi
 */
export interface PendingRequestsSetup extends Disposable {
  readonly pending: PendingRequests;
  /** The pending requests of another instance. Default: `pending`. */
  readonly peer?: PendingRequests;
  /** The session store that belongs to `pending`. */
  readonly store: SessionStore;
  /** Makes the backend lose notifications for a moment. Absent if it cannot lose any. */
  readonly interrupt?: () => Promise<void>;
}

/**
 * The pending requests under test of `pendingRequestsContract()`.
 *
 * @publicApi
 */
export interface PendingRequestsContract {
  readonly create: () => Promise<PendingRequestsSetup>;
}

const ALICE: SessionKey = { principal: 'alice', id: 'session-1' };
const LONG_TIMEOUT_MS = 10_000;

const response = (id: string | number, result: object = {}) => ({ jsonrpc: '2.0' as const, id, result });

/**
 * Tests every sentence of the contract in the docblock of `PendingRequests`.
 *
 * @publicApi
 */
export function pendingRequestsContract(runner: Runner, { create }: PendingRequestsContract): void {
  const it = withSetup(runner, async () => {
    const setup = await create();
    await setup.store.create({ ...ALICE, revision: '2025-06-18', clientCapabilities: {}, initialized: true });
    return setup;
  });

  runner.describe('PendingRequests contract', () => {
    it('PendingRequests.answer passes the response to the waiter on any instance', async ({
      pending,
      peer = pending,
    }) => {
      const ids = ['a', 'A', '1', 1, 'x'.repeat(10_000), '{}:*\n'];
      const waiting = await Promise.all(ids.map((id) => pending.expect(ALICE, id, LONG_TIMEOUT_MS)));
      for (const [i, id] of ids.entries()) {
        assert.equal(
          await peer.answer(ALICE, response(id, { n: i, text: 'ü "\n' })),
          true,
          `for ${JSON.stringify(id)}`,
        );
      }
      for (const [i, { response: received }] of waiting.entries()) {
        assert.deepEqual(await received, response(ids[i]!, { n: i, text: 'ü "\n' }));
      }
    });

    it('PendingRequests.answer accepts exactly one of several concurrent responses (P7)', async ({
      pending,
      peer = pending,
    }) => {
      for (let round = 0; round < 10; round++) {
        const waiting = await pending.expect(ALICE, round, LONG_TIMEOUT_MS);
        const outcomes = await Promise.all(
          Array.from({ length: 8 }, (_, n) => (n % 2 ? pending : peer).answer(ALICE, response(round, { n }))),
        );
        const { result } = await waiting.response;
        assert.deepEqual(
          outcomes.flatMap((accepted, n) => (accepted ? [{ n }] : [])),
          [result],
        );
      }
    });

    it('PendingRequests.answer rejects responses from another session and to unknown requests', async ({
      pending,
      peer = pending,
    }) => {
      const waiting = await pending.expect(ALICE, 'a', LONG_TIMEOUT_MS);
      for (const key of [
        { principal: 'mallory', id: ALICE.id },
        { principal: 'alice', id: 'session-2' },
      ]) {
        assert.equal(await peer.answer(key, response('a', { from: 'elsewhere' })), false);
      }
      assert.equal(await peer.answer(ALICE, response('b')), false);
      assert.equal(await peer.answer(ALICE, { jsonrpc: '2.0', error: { code: 1, message: 'without an id' } }), false);
      assert.equal(await peer.answer(ALICE, response('a', { from: 'here' })), true);
      assert.deepEqual((await waiting.response).result, { from: 'here' });
    });

    it('PendingRequests.expect rejects with InputRefusedError at its timeout', async ({ pending, peer = pending }) => {
      const waiting = await pending.expect(ALICE, 'late', 50);
      await assert.rejects(waiting.response, InputRefusedError);
      await eventually(async () => !(await peer.answer(ALICE, response('late'))));
    });

    it('PendingRequests.answer rejects a response after the request was withdrawn', async ({
      pending,
      peer = pending,
    }) => {
      const waiting = await pending.expect(ALICE, 'gone', LONG_TIMEOUT_MS);
      waiting.withdraw();
      waiting.withdraw();
      await eventually(async () => !(await peer.answer(ALICE, response('gone'))));
    });

    it('PendingRequests.expect rejects with InputRefusedError when the session ends', async ({ pending, store }) => {
      const waiting = await pending.expect(ALICE, 'a', LONG_TIMEOUT_MS);
      await store.end(ALICE);
      await assert.rejects(waiting.response, InputRefusedError);
    });

    it('PendingRequests.expect receives its response even if the notification was lost', async ({
      pending,
      peer = pending,
      interrupt,
    }) => {
      const waiting = await pending.expect(ALICE, 'a', LONG_TIMEOUT_MS);
      await interrupt?.();
      assert.equal(await peer.answer(ALICE, response('a', { ok: true })), true);
      assert.deepEqual((await waiting.response).result, { ok: true });
    });
  });
}

/** Polls until a condition holds, because withdrawing a request does not wait for the backend. */
async function eventually(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail('The condition never held.');
}
