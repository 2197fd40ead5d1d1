import assert from 'node:assert/strict';
import type { SessionKey } from '../../session/session-record.js';
import { STREAM_START, StreamLimitError } from '../../stream/event-log.js';
import { eventLogSignalsContract } from './event-log-signals.contract.js';
import { eventLogClaimsContract } from './event-log-claims.contract.js';
import {
  ALICE,
  appendEntry,
  assertEmpty,
  assertLinked,
  createSession,
  entriesAfter,
  type EventLogContract,
  STANDALONE,
  LIMITS,
  withSession,
} from './event-log.fixture.js';
import type { Runner } from './runner.js';

/**
 * Tests every sentence of the contract in the docblock of `EventLog`.
 *
 * @publicApi
 */
export function eventLogContract(runner: Runner, contract: EventLogContract): void {
  const it = withSession(runner, contract);
  eventLogSignalsContract(runner, contract);
  eventLogClaimsContract(runner, contract);

  runner.describe('EventLog contract: append and read', () => {
    it('EventLog.read returns the appended entries in order, linked and unchanged', async ({ log, peer = log }) => {
      const texts = ['{"a":1}', '{"b":"ü 🚀 \\n \\u0000"}', '{"c":" two  spaces "}', '{"d":[]}'];
      const ids: string[] = [];
      for (const text of texts) ids.push(await appendEntry(log, STANDALONE, text));
      const page = await peer.read(ALICE, STANDALONE, STREAM_START, 100);
      assert.deepEqual(
        page.entries.map(({ data }) => data),
        texts,
      );
      assert.deepEqual(
        page.entries.map(({ id }) => id),
        ids,
      );
      assertLinked(page.entries, STREAM_START);
      assert.deepEqual([page.last, page.known, page.ended, page.final], [ids.at(-1), true, false, undefined]);
    });

    it('EventLog.read continues after any cursor with at most count entries', async ({ log }) => {
      const ids: string[] = [];
      for (let i = 0; i < 10; i++) ids.push(await appendEntry(log, STANDALONE, `${i}`));
      const page = await log.read(ALICE, STANDALONE, ids[2]!, 3);
      assert.deepEqual(
        page.entries.map(({ data }) => data),
        ['3', '4', '5'],
      );
      assert.equal(page.last, ids[9]);
      assert.deepEqual((await log.read(ALICE, STANDALONE, ids[9]!, 3)).entries, []);
      assertLinked(await entriesAfter(log, STANDALONE, ids[4]), ids[4]!);
    });

    it('EventLog.append gives unique, linked ids to concurrent writers', async ({ log, peer = log }) => {
      const writers = Array.from({ length: 40 }, (_, i) => (i % 2 ? log : peer).append(ALICE, STANDALONE, `${i}`));
      const outcomes = await Promise.all(writers);
      const entries = await entriesAfter(log, STANDALONE);
      assertLinked(entries, STREAM_START);
      assert.equal(new Set(entries.map(({ id }) => id)).size, 40);
      for (const [i, outcome] of outcomes.entries()) {
        assert.ok(entries.some(({ id, data }) => outcome.kind === 'appended' && outcome.id === id && data === `${i}`));
      }
    });

    it('EventLog.append preserves the order of one writer without awaiting', async ({ log }) => {
      const texts = Array.from({ length: 50 }, (_, i) => `${i}`);
      await Promise.all(texts.map((text) => log.append(ALICE, STANDALONE, text)));
      assert.deepEqual(
        (await entriesAfter(log, STANDALONE)).map(({ data }) => data),
        texts,
      );
    });

    it('EventLog isolates streams, sessions and principals with the same names', async ({ log, store }) => {
      const others: SessionKey[] = [
        { principal: 'alice', id: 'session-2' },
        { principal: 'bob', id: 'session-1' },
      ];
      for (const key of others) await createSession(store, key);
      const keys = [ALICE, ...others];
      await Promise.all(
        keys.flatMap((key) =>
          [STANDALONE, 'r1', 'r2'].map((stream) => log.append(key, stream, `${key.principal}/${key.id}/${stream}`)),
        ),
      );
      for (const key of keys) {
        for (const stream of [STANDALONE, 'r1', 'r2']) {
          const { entries } = await log.read(key, stream, STREAM_START, 10);
          assert.deepEqual(
            entries.map(({ data }) => data),
            [`${key.principal}/${key.id}/${stream}`],
          );
        }
      }
      assert.equal(new Set(keys.map((key) => log.channel(key))).size, 3);
    });

    it('EventLog.read reports a stream as unknown until it is appended to or claimed', async ({ log }) => {
      assertEmpty(await log.read(ALICE, 'r1', STREAM_START, 10), { known: false, fence: 0, ended: false });
      assertEmpty(await log.read(ALICE, 'r1', '5-0', 10), { known: false, fence: 0, ended: false });
      await log.claim(ALICE, 'r1');
      assertEmpty(await log.read(ALICE, 'r1', STREAM_START, 10), { known: true, fence: 1, ended: false });
    });
  });

  runner.describe('EventLog contract: the final message', () => {
    it('EventLog.read returns the final message as an entry and as final', async ({ log }) => {
      await appendEntry(log, 'r1', 'progress');
      const id = await appendEntry(log, 'r1', 'result', { final: true });
      const page = await log.read(ALICE, 'r1', STREAM_START, 10);
      assert.deepEqual(
        page.entries.map(({ data, final }) => [data, final]),
        [
          ['progress', false],
          ['result', true],
        ],
      );
      assert.deepEqual({ ...page.final }, { ...page.entries[1] });
      assert.equal(page.last, id);
    });

    it('EventLog.append returns done after the final message', async ({ log, peer = log }) => {
      await appendEntry(log, 'r1', 'result', { final: true });
      assert.deepEqual({ ...(await peer.append(ALICE, 'r1', 'late')) }, { kind: 'done' });
      assert.deepEqual({ ...(await peer.append(ALICE, 'r1', 'again', { final: true })) }, { kind: 'done' });
      assert.equal((await entriesAfter(log, 'r1')).length, 1);
    });

    it('EventLog.append accepts exactly one of several concurrent final messages (F17)', async ({
      log,
      peer = log,
    }) => {
      const tries = Array.from({ length: 10 }, (_, i) =>
        (i % 2 ? log : peer).append(ALICE, 'r1', `${i}`, { final: true }),
      );
      const kinds = (await Promise.all(tries)).map(({ kind }) => kind);
      assert.equal(kinds.filter((kind) => kind === 'appended').length, 1);
      assert.equal(kinds.filter((kind) => kind === 'done').length, 9);
      assert.equal((await entriesAfter(log, 'r1')).length, 1);
    });

    it('EventLog.read returns the final message until resultTtlMs, after the history has expired', async ({
      log,
      advance,
    }) => {
      const progress = await appendEntry(log, 'r1', 'progress');
      const id = await appendEntry(log, 'r1', 'result', { final: true });
      await advance(LIMITS.historyTtlMs * 1.5);
      const page = await log.read(ALICE, 'r1', STREAM_START, 10);
      assert.deepEqual([page.entries, page.last, page.known], [[], id, true]);
      assert.deepEqual({ ...page.final }, { id, previous: progress, data: 'result', final: true });
      assert.deepEqual({ ...(await log.append(ALICE, 'r1', 'late')) }, { kind: 'done' });
      await advance(LIMITS.resultTtlMs);
      assert.equal((await log.read(ALICE, 'r1', STREAM_START, 10)).known, false);
      assert.equal((await log.read(ALICE, 'r1', STREAM_START, 10)).final, undefined);
    });
  });

  runner.describe('EventLog contract: bounds', () => {
    it('EventLog.append drops the oldest entries beyond maxHistory', async ({ log }) => {
      const ids: string[] = [];
      for (let i = 0; i < LIMITS.maxHistory * 5; i++) ids.push(await appendEntry(log, STANDALONE, `${i}`));
      const entries = await entriesAfter(log, STANDALONE);
      assert.ok(entries.length >= LIMITS.maxHistory && entries.length < ids.length, `${entries.length} entries`);
      assert.deepEqual(
        entries.map(({ id }) => id),
        ids.slice(-entries.length),
      );
      assertLinked(entries, ids[ids.length - entries.length - 1]!);
    });

    it('EventLog.append drops the oldest entries beyond maxHistoryBytes, but never the newest', async ({ log }) => {
      const text = 'x'.repeat(LIMITS.maxHistoryBytes / 10);
      for (let i = 0; i < 30; i++) await appendEntry(log, STANDALONE, `${i} ${text}`);
      const entries = await entriesAfter(log, STANDALONE);
      assert.ok(entries.length >= 5 && entries.length <= 20, `${entries.length} entries`);
      assert.ok(entries.at(-1)!.data.startsWith('29 '));
      const huge = 'y'.repeat(LIMITS.maxHistoryBytes * 2);
      const id = await appendEntry(log, STANDALONE, huge);
      assert.deepEqual(
        (await entriesAfter(log, STANDALONE, entries.at(-1)!.id)).map(({ data, id: newest }) => [
          data === huge,
          newest,
        ]),
        [[true, id]],
      );
    });

    it('EventLog.read omits entries older than historyTtlMs, but still returns the newest id', async ({
      log,
      advance,
    }) => {
      const id = await appendEntry(log, STANDALONE, '1');
      await advance(LIMITS.historyTtlMs * 0.5);
      assert.equal((await entriesAfter(log, STANDALONE)).length, 1);
      await advance(LIMITS.historyTtlMs);
      const page = await log.read(ALICE, STANDALONE, id, 10);
      assert.deepEqual(
        [page.entries, page.last, page.known],
        [[], id, true],
        'a reader that has seen every entry has no gap',
      );
      await appendEntry(log, STANDALONE, '2');
      assertLinked(await entriesAfter(log, STANDALONE, id), id);
    });

    it('EventLog.read knows the standalone stream as long as its session exists', async ({ log, store, advance }) => {
      const id = await appendEntry(log, STANDALONE, '1');
      const fence = (await log.claim(ALICE, STANDALONE))!;
      await log.release(ALICE, STANDALONE, fence);
      for (let i = 0; i < 3; i++) {
        await advance(LIMITS.resultTtlMs * 0.7);
        await store.load(ALICE);
      }
      const page = await log.read(ALICE, STANDALONE, id, 10);
      assert.deepEqual([page.last, page.known, page.fence], [id, true, fence]);
    });

    it('EventLog.append removes the oldest finished stream to make room for a new one', async ({ log }) => {
      await appendEntry(log, STANDALONE, 'standalone');
      await appendEntry(log, 'rold', 'unfinished');
      await appendEntry(log, 'rdone', 'finished first', { final: true });
      for (let i = 2; i < LIMITS.maxStreams; i++) await appendEntry(log, `r${i}`, 'result', { final: true });
      await appendEntry(log, 'rnew', 'one more');
      assert.equal((await log.read(ALICE, 'rdone', STREAM_START, 10)).known, false);
      for (const stream of [STANDALONE, 'rold', 'r2', 'rnew']) {
        assert.equal((await log.read(ALICE, stream, STREAM_START, 10)).entries.length, 1, stream);
      }
    });

    it('EventLog.append rejects excess streams while none is finished, but never the standalone stream', async ({
      log,
      store,
    }) => {
      for (let i = 0; i < LIMITS.maxStreams; i++) await appendEntry(log, `r${i}`, '1');
      await assert.rejects(log.append(ALICE, 'rover', '1'), StreamLimitError);
      await assert.rejects(log.claim(ALICE, 'rover'), StreamLimitError);
      await appendEntry(log, STANDALONE, '1');
      await appendEntry(log, 'r0', '2');
      const bob: SessionKey = { principal: 'bob', id: 'session-1' };
      await createSession(store, bob);
      assert.equal((await log.append(bob, 'rover', '1')).kind, 'appended', 'another session has its own limit');
      await appendEntry(log, 'r0', 'result', { final: true });
      await appendEntry(log, 'rover', '1');
    });
  });
}
