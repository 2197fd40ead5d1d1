import assert from 'node:assert/strict';
import { InputRefusedError } from '../interaction/interaction.js';
import type { PendingRequests } from '../interaction/pending-requests.js';
import type { SessionKey } from '../session/session-record.js';
import type { SessionStore } from '../session/session-store.js';
import { type Disposable, type Runner, withSetup } from './runner.js';

export interface PendingRequestsSetup extends Disposable {
  readonly pending: PendingRequests;
  /** The same as another instance has it; without one, `pending` again. */
  readonly peer?: PendingRequests;
  /** The store that belongs to it. */
  readonly store: SessionStore;
  /** Makes the backend lose its notifications for a moment; absent where none can be lost. */
  readonly interrupt?: () => Promise<void>;
}

export interface PendingRequestsContract {
  readonly create: () => Promise<PendingRequestsSetup>;
}

const ALICE: SessionKey = { principal: 'alice', id: 'session-1' };
const PATIENT_MS = 10_000;

const response = (id: string | number, result: object = {}) => ({ jsonrpc: '2.0' as const, id, result });

/** Every sentence of the contract in the docblock of `PendingRequests`. */
export function pendingRequestsContract(runner: Runner, { create }: PendingRequestsContract): void {
  const it = withSetup(runner, async () => {
    const setup = await create();
    await setup.store.create({ ...ALICE, revision: '2025-06-18', clientCapabilities: {}, initialized: true });
    return setup;
  });

  runner.describe('PendingRequests contract', () => {
    it('hands the response to its waiter, wherever it was given', async ({ pending, peer = pending }) => {
      const ids = ['a', 'A', '1', 1, 'x'.repeat(10_000), '{}:*\n'];
      const waiting = await Promise.all(ids.map((id) => pending.expect(ALICE, id, PATIENT_MS)));
      for (const [i, id] of ids.entries()) {
        assert.equal(
          await peer.answer(ALICE, response(id, { n: i, text: 'ü "\n' })),
          true,
          `for ${JSON.stringify(id)}`,
        );
      }
      for (const [i, { response: given }] of waiting.entries()) {
        assert.deepEqual(await given, response(ids[i]!, { n: i, text: 'ü "\n' }));
      }
    });

    it('hands it over once, however many are given at the same time (P7)', async ({ pending, peer = pending }) => {
      for (let round = 0; round < 10; round++) {
        const waiting = await pending.expect(ALICE, round, PATIENT_MS);
        const given = await Promise.all(
          Array.from({ length: 8 }, (_, n) => (n % 2 ? pending : peer).answer(ALICE, response(round, { n }))),
        );
        const { result } = await waiting.response;
        assert.deepEqual(
          given.flatMap((accepted, n) => (accepted ? [{ n }] : [])),
          [result],
        );
      }
    });

    it('knows no request of another session, nor one that nobody made', async ({ pending, peer = pending }) => {
      const waiting = await pending.expect(ALICE, 'a', PATIENT_MS);
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

    it('ends at its deadline', async ({ pending, peer = pending }) => {
      const waiting = await pending.expect(ALICE, 'late', 50);
      await assert.rejects(waiting.response, InputRefusedError);
      await settled(async () => !(await peer.answer(ALICE, response('late'))));
    });

    it('drops what comes after it was withdrawn', async ({ pending, peer = pending }) => {
      const waiting = await pending.expect(ALICE, 'gone', PATIENT_MS);
      waiting.withdraw();
      waiting.withdraw();
      await settled(async () => !(await peer.answer(ALICE, response('gone'))));
    });

    it('ends with its session', async ({ pending, store }) => {
      const waiting = await pending.expect(ALICE, 'a', PATIENT_MS);
      await store.end(ALICE);
      await assert.rejects(waiting.response, InputRefusedError);
    });

    it('gets its response although nobody could be told of it', async ({ pending, peer = pending, interrupt }) => {
      const waiting = await pending.expect(ALICE, 'a', PATIENT_MS);
      await interrupt?.();
      assert.equal(await peer.answer(ALICE, response('a', { ok: true })), true);
      assert.deepEqual((await waiting.response).result, { ok: true });
    });
  });
}

/** Withdrawing does not wait for the backend; a moment later it has happened. */
async function settled(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail('It never settled.');
}
