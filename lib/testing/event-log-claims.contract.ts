import assert from 'node:assert/strict';
import type { SessionKey } from '../session/session-record.js';
import { decodeStreamSignals } from '../stream/stream-signal.js';
import { type EventLog, STREAM_START } from '../stream/event-log.js';
import {
  ALICE,
  appended,
  assertEmpty,
  begin,
  entriesAfter,
  type EventLogContract,
  G,
  LIMITS,
  withSession,
} from './event-log.fixture.js';
import { Inbox } from './inbox.js';
import type { Runner } from './runner.js';

/** @internal The part of `eventLogContract` about who may read and write: claims, and the end of sessions. */
export function eventLogClaimsContract(runner: Runner, contract: EventLogContract): void {
  const it = withSession(runner, contract);

  runner.describe('EventLog contract: claims', () => {
    it('outrank all before them, and say so in the tail and by a signal', async ({ log, peer = log, broker }) => {
      const inbox = new Inbox();
      await broker.subscribe(log.channel(ALICE), inbox.listener);
      assert.equal(await log.claim(ALICE, G), 1);
      const second = (await peer.claim(ALICE, G))!;
      assert.ok(second > 1);
      assert.equal((await log.read(ALICE, G, STREAM_START, 1)).fence, second);
      await inbox.untilCount(2);
      assert.deepEqual(inbox.items.flatMap(decodeStreamSignals), [
        { kind: 'claimed', stream: G, fence: 1 },
        { kind: 'claimed', stream: G, fence: second },
      ]);
    });

    it('are unique at the same time, and each stream has its own', async ({ log, peer = log }) => {
      const fences = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? log : peer).claim(ALICE, G)));
      assert.equal(new Set(fences).size, 20);
      assert.equal((await log.read(ALICE, G, STREAM_START, 1)).fence, Math.max(...fences.map((fence) => fence ?? 0)));
      assert.equal(await log.claim(ALICE, 'r1'), 1);
    });

    it('are what `listening` tells, until released; a late release does not touch a newer claim', async (setup) => {
      const { log, peer = log, broker } = setup;
      // A log that cannot see a connection vanish may count ears as well: so there is one, as of every open stream.
      const hold = await broker.subscribe(log.channel(ALICE), () => undefined);
      const listening = async (): Promise<boolean> => {
        const outcome = await log.append(ALICE, G, '1');
        return outcome.kind === 'appended' && outcome.listening;
      };
      assert.equal(await listening(), false);
      const first = (await log.claim(ALICE, G))!;
      assert.equal(await listening(), true);
      const second = (await peer.claim(ALICE, G))!;
      await log.release(ALICE, G, first);
      assert.equal(await listening(), true, 'released by who was outranked');
      await peer.release(ALICE, G, second);
      await peer.release(ALICE, G, second);
      assert.equal(await listening(), false);
      assert.ok((await log.claim(ALICE, G))! > second, 'numbers are not used again');
      await hold.close();
    });

    it('do not begin anything by being released', async ({ log }) => {
      await log.release(ALICE, 'r1', 1);
      assert.equal((await log.read(ALICE, 'r1', STREAM_START, 1)).known, false);
    });
  });

  runner.describe('EventLog contract: sessions', () => {
    const assertOver = async (log: EventLog, key: SessionKey): Promise<void> => {
      assert.deepEqual({ ...(await log.append(key, G, 'x')) }, { kind: 'gone' });
      assert.deepEqual({ ...(await log.append(key, 'rnew', 'x', { final: true })) }, { kind: 'gone' });
      assert.equal(await log.claim(key, G), undefined);
      await log.release(key, G, 1);
      assertEmpty(await log.read(key, G, STREAM_START, 10), { known: false, fence: 0, ended: true });
    };

    it('that never were have no log; nor has a foreign principal one', async ({ log }) => {
      await appended(log, G, 'secret');
      await assertOver(log, { principal: 'alice', id: 'nothing' });
      await assertOver(log, { principal: 'mallory', id: ALICE.id });
      assert.equal((await entriesAfter(log, G)).length, 1);
    });

    it('that end take their log along and ring their readers', async ({ log, peer = log, store, broker }) => {
      await appended(log, G, '1');
      await appended(log, 'r1', 'result', { final: true });
      await log.claim(ALICE, G);
      const inbox = new Inbox();
      await broker.subscribe(log.channel(ALICE), inbox.listener);
      await store.end(ALICE);
      await inbox.untilCount(1);
      assert.deepEqual(decodeStreamSignals(inbox.items[0]!), [{ kind: 'ended' }]);
      await assertOver(log, ALICE);
      await assertOver(peer, ALICE);
      assert.equal((await log.read(ALICE, 'r1', STREAM_START, 10)).final, undefined);
    });

    it('that expire take their log along', async ({ log, advance }) => {
      await appended(log, G, '1');
      await advance(LIMITS.idleTtlMs * 1.1);
      await assertOver(log, ALICE);
    });

    it('are not kept alive by their log', async ({ log, advance }) => {
      for (let i = 0; i < 4; i++) {
        await advance(LIMITS.idleTtlMs * 0.3);
        await log.append(ALICE, G, `${i}`);
        await log.read(ALICE, G, STREAM_START, 10);
        await log.claim(ALICE, G);
      }
      await assertOver(log, ALICE);
    });

    it('that end in a race with appends leave nothing behind', async ({ log, peer = log, store }) => {
      for (let round = 0; round < 10; round++) {
        const key: SessionKey = { principal: 'alice', id: `race-${round}` };
        await begin(store, key);
        const appends = Array.from({ length: 5 }, (_, i) => (i % 2 ? log : peer).append(key, G, `${i}`));
        await Promise.all([...appends, store.end(key), log.append(key, G, 'after'), peer.claim(key, G)]);
        await assertOver(log, key);
      }
    });
  });
}
