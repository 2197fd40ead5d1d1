import assert from 'node:assert/strict';
import type { PendingRequests } from '../interaction/pending-requests.js';
import type { JsonRpcResponse, RequestId } from '../protocol/messages.js';
import type { SessionKey } from '../session/session-record.js';
import { type Disposable, type Runner, withSetup } from './runner.js';

export interface PendingRequestsSetup extends Disposable {
  readonly requests: PendingRequests;
  /** The same requests as another instance has them; without one, `requests` again. */
  readonly peer?: PendingRequests;
  /** A session that is open. */
  readonly openSession: (id: string, principal: string) => Promise<SessionKey>;
  readonly endSession: (key: SessionKey) => Promise<void>;
}

export interface PendingRequestsContract {
  /** Makes a set of requests none of which waits. */
  readonly create: () => Promise<PendingRequestsSetup>;
}

const LONG = 10_000;
const responseTo = (id: RequestId, value: unknown): JsonRpcResponse => ({ jsonrpc: '2.0', id, result: { value } });
const isRefusal = (error: unknown): boolean => (error as Error).name === 'InputRefusedError';

/** What every `PendingRequests` has to do: call it in a test file of your own with the functions of your framework. */
export function pendingRequestsContract(runner: Runner, { create }: PendingRequestsContract): void {
  runner.describe('PendingRequests', () => {
    const it = withSetup(runner, create);

    it('P7: hands a response to its waiter, once, whichever instance got it', async ({
      requests,
      peer = requests,
      openSession,
    }) => {
      const session = await openSession('s', 'alice');
      const { response } = await requests.expect(session, 'q', LONG);
      const outcomes = await Promise.all([1, 2, 3].map((n) => peer.answer(session, responseTo('q', n))));
      assert.equal(outcomes.filter(Boolean).length, 1);
      const winner = outcomes.indexOf(true) + 1;
      assert.deepEqual(await response, responseTo('q', winner));
      assert.equal(await requests.answer(session, responseTo('q', 4)), false);
    });

    it('hands on errors as they are', async ({ requests, openSession }) => {
      const session = await openSession('s', 'alice');
      const { response } = await requests.expect(session, 'q', LONG);
      const refusal = { jsonrpc: '2.0', id: 'q', error: { code: -1, message: 'no' } } as const;
      assert.equal(await requests.answer(session, refusal), true);
      assert.deepEqual(await response, refusal);
    });

    it('knows requests by session, principal and id', async ({ requests, peer = requests, openSession }) => {
      const session = await openSession('s', 'alice');
      const other = await openSession('t', 'alice');
      const { response } = await requests.expect(session, 'q', LONG);
      const strangers: [SessionKey, RequestId][] = [
        [other, 'q'],
        [{ ...session, principal: 'mallory' }, 'q'],
        [session, 'r'],
        [session, 1],
      ];
      for (const [key, id] of strangers) assert.equal(await peer.answer(key, responseTo(id, 'wrong')), false);
      await peer.answer(session, responseTo('q', 'right'));
      assert.deepEqual(await response, responseTo('q', 'right'));
    });

    it('keeps the requests of one session apart', async ({ requests, openSession }) => {
      const session = await openSession('s', 'alice');
      const ids = Array.from({ length: 20 }, (_, n) => `q${n}`);
      const waiting = await Promise.all(ids.map((id) => requests.expect(session, id, LONG)));
      await Promise.all(ids.toReversed().map((id) => requests.answer(session, responseTo(id, id))));
      assert.deepEqual(
        await Promise.all(waiting.map(({ response }) => response)),
        ids.map((id) => responseTo(id, id)),
      );
    });

    it('gives up at the deadline', async ({ requests, openSession }) => {
      const session = await openSession('s', 'alice');
      const { response } = await requests.expect(session, 'q', 20);
      await assert.rejects(response, isRefusal);
      assert.equal(await requests.answer(session, responseTo('q', 'late')), false);
    });

    it('gives up when the session ends, and does not begin in one that has ended', async ({
      requests,
      openSession,
      endSession,
    }) => {
      const session = await openSession('s', 'alice');
      const { response } = await requests.expect(session, 'q', LONG);
      await endSession(session);
      await assert.rejects(response, isRefusal);
      await assert.rejects(async () => (await requests.expect(session, 'r', LONG)).response, isRefusal);
    });

    it('drops the response to what was withdrawn', async ({ requests, peer = requests, openSession }) => {
      const session = await openSession('s', 'alice');
      const pending = await requests.expect(session, 'q', LONG);
      pending.withdraw();
      pending.withdraw();
      assert.equal(await peer.answer(session, responseTo('q', 'late')), false);
    });
  });
}
