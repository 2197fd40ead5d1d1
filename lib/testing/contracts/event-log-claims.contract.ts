import assert from 'node:assert/strict';
import type { SessionKey } from '../../session/session-record.js';
import { decodeStreamSignals } from '../../stream/stream-signal.js';
import { type EventLog, STREAM_START } from '../../stream/event-log.js';
import {
  ALICE,
  appendEntry,
  assertEmpty,
  createSession,
  entriesAfter,
  type EventLogContract,
  STANDALONE,
  LIMITS,
  withSession,
} from './event-log.fixture.js';
import { Inbox } from './inbox.js';
import type { Runner } from './runner.js';

/** @internal The part of `eventLogContract` about claims and the end of sessions. */
export function eventLogClaimsContract(runner: Runner, contract: EventLogContract): void {
  const it = withSession(runner, contract);

  runner.describe('EventLog contract: claims', () => {
    it('EventLog.claim supersedes earlier claims, which read and a signal report', async ({
      log,
      peer = log,
      broker,
    }) => {
      const inbox = new Inbox();
      await broker.subscribe(log.channel(ALICE), inbox.listener);
      assert.equal(await log.claim(ALICE, STANDALONE), 1);
      const second = (await peer.claim(ALICE, STANDALONE))!;
      assert.ok(second > 1);
      assert.equal((await log.read(ALICE, STANDALONE, STREAM_START, 1)).fence, second);
      await inbox.untilCount(2);
      assert.deepEqual(inbox.items.flatMap(decodeStreamSignals), [
        { kind: 'claimed', stream: STANDALONE, fence: 1 },
        { kind: 'claimed', stream: STANDALONE, fence: second },
      ]);
    });

    it('EventLog.claim returns unique fences to concurrent callers, counted per stream', async ({
      log,
      peer = log,
    }) => {
      const fences = await Promise.all(
        Array.from({ length: 20 }, (_, i) => (i % 2 ? log : peer).claim(ALICE, STANDALONE)),
      );
      assert.equal(new Set(fences).size, 20);
      assert.equal(
        (await log.read(ALICE, STANDALONE, STREAM_START, 1)).fence,
        Math.max(...fences.map((fence) => fence ?? 0)),
      );
      assert.equal(await log.claim(ALICE, 'r1'), 1);
    });

    it('EventLog.append reports listening while a claim is held, unaffected by a late release', async (setup) => {
      const { log, peer = log, broker } = setup;
      // A log that cannot detect lost connections may count subscribers as well, so there is one, as for any open
      // stream.
      const subscription = await broker.subscribe(log.channel(ALICE), () => undefined);
      const listening = async (): Promise<boolean> => {
        const outcome = await log.append(ALICE, STANDALONE, '1');
        return outcome.kind === 'appended' && outcome.listening;
      };
      assert.equal(await listening(), false);
      const first = (await log.claim(ALICE, STANDALONE))!;
      assert.equal(await listening(), true);
      const second = (await peer.claim(ALICE, STANDALONE))!;
      await log.release(ALICE, STANDALONE, first);
      assert.equal(await listening(), true, 'released by a superseded claim');
      await peer.release(ALICE, STANDALONE, second);
      await peer.release(ALICE, STANDALONE, second);
      assert.equal(await listening(), false);
      assert.ok((await log.claim(ALICE, STANDALONE))! > second, 'fences are never reused');
      await subscription.close();
    });

    it('EventLog.release does not create a stream', async ({ log }) => {
      await log.release(ALICE, 'r1', 1);
      assert.equal((await log.read(ALICE, 'r1', STREAM_START, 1)).known, false);
    });
  });

  runner.describe('EventLog contract: sessions', () => {
    const assertEnded = async (log: EventLog, key: SessionKey): Promise<void> => {
      assert.deepEqual({ ...(await log.append(key, STANDALONE, 'x')) }, { kind: 'gone' });
      assert.deepEqual({ ...(await log.append(key, 'rnew', 'x', { final: true })) }, { kind: 'gone' });
      assert.equal(await log.claim(key, STANDALONE), undefined);
      await log.release(key, STANDALONE, 1);
      assertEmpty(await log.read(key, STANDALONE, STREAM_START, 10), { known: false, fence: 0, ended: true });
    };

    it('EventLog treats unknown sessions and foreign principals as ended', async ({ log }) => {
      await appendEntry(log, STANDALONE, 'secret');
      await assertEnded(log, { principal: 'alice', id: 'nothing' });
      await assertEnded(log, { principal: 'mallory', id: ALICE.id });
      assert.equal((await entriesAfter(log, STANDALONE)).length, 1);
    });

    it('EventLog removes the streams of an ended session and signals its readers', async ({
      log,
      peer = log,
      store,
      broker,
    }) => {
      await appendEntry(log, STANDALONE, '1');
      await appendEntry(log, 'r1', 'result', { final: true });
      await log.claim(ALICE, STANDALONE);
      const inbox = new Inbox();
      await broker.subscribe(log.channel(ALICE), inbox.listener);
      await store.end(ALICE);
      await inbox.untilCount(1);
      assert.deepEqual(decodeStreamSignals(inbox.items[0]!), [{ kind: 'ended' }]);
      await assertEnded(log, ALICE);
      await assertEnded(peer, ALICE);
      assert.equal((await log.read(ALICE, 'r1', STREAM_START, 10)).final, undefined);
    });

    it('EventLog removes the streams of an expired session', async ({ log, advance }) => {
      await appendEntry(log, STANDALONE, '1');
      await advance(LIMITS.idleTtlMs * 1.1);
      await assertEnded(log, ALICE);
    });

    it('EventLog methods do not keep a session alive', async ({ log, advance }) => {
      for (let i = 0; i < 4; i++) {
        await advance(LIMITS.idleTtlMs * 0.3);
        await log.append(ALICE, STANDALONE, `${i}`);
        await log.read(ALICE, STANDALONE, STREAM_START, 10);
        await log.claim(ALICE, STANDALONE);
      }
      await assertEnded(log, ALICE);
    });

    it('EventLog leaves nothing behind when a session ends during appends and claims', async ({
      log,
      peer = log,
      store,
    }) => {
      for (let round = 0; round < 10; round++) {
        const key: SessionKey = { principal: 'alice', id: `race-${round}` };
        await createSession(store, key);
        const appends = Array.from({ length: 5 }, (_, i) => (i % 2 ? log : peer).append(key, STANDALONE, `${i}`));
        await Promise.all([
          ...appends,
          store.end(key),
          log.append(key, STANDALONE, 'after'),
          peer.claim(key, STANDALONE),
        ]);
        await assertEnded(log, key);
      }
    });
  });
}
