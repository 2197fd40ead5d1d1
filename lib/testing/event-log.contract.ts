import assert from 'node:assert/strict';
import type { SessionKey } from '../session/session-record.js';
import { STREAM_START, StreamLimitError } from '../stream/event-log.js';
import { eventLogSignalsContract } from './event-log-signals.contract.js';
import { eventLogClaimsContract } from './event-log-claims.contract.js';
import {
  ALICE,
  appended,
  assertEmpty,
  assertLinked,
  begin,
  entriesAfter,
  type EventLogContract,
  G,
  LIMITS,
  withSession,
} from './event-log.fixture.js';
import type { Runner } from './runner.js';

/** Every sentence of the contract in the docblock of `EventLog`. */
export function eventLogContract(runner: Runner, contract: EventLogContract): void {
  const it = withSession(runner, contract);
  eventLogSignalsContract(runner, contract);
  eventLogClaimsContract(runner, contract);

  runner.describe('EventLog contract: append and tail', () => {
    it('stores what was appended, in order, linked, byte for byte', async ({ log, peer = log }) => {
      const texts = ['{"a":1}', '{"b":"ü 🚀 \\n \\u0000"}', '{"c":" two  spaces "}', '{"d":[]}'];
      const ids: string[] = [];
      for (const text of texts) ids.push(await appended(log, G, text));
      const tail = await peer.read(ALICE, G, STREAM_START, 100);
      assert.deepEqual(
        tail.entries.map(({ data }) => data),
        texts,
      );
      assert.deepEqual(
        tail.entries.map(({ id }) => id),
        ids,
      );
      assertLinked(tail.entries, STREAM_START);
      assert.deepEqual([tail.last, tail.known, tail.ended, tail.final], [ids.at(-1), true, false, undefined]);
    });

    it('reads on from any cursor, at most count entries', async ({ log }) => {
      const ids: string[] = [];
      for (let i = 0; i < 10; i++) ids.push(await appended(log, G, `${i}`));
      const page = await log.read(ALICE, G, ids[2]!, 3);
      assert.deepEqual(
        page.entries.map(({ data }) => data),
        ['3', '4', '5'],
      );
      assert.equal(page.last, ids[9]);
      assert.deepEqual((await log.read(ALICE, G, ids[9]!, 3)).entries, []);
      assertLinked(await entriesAfter(log, G, ids[4]), ids[4]!);
    });

    it('gives unique, linked ids to writers at the same time', async ({ log, peer = log }) => {
      const writers = Array.from({ length: 40 }, (_, i) => (i % 2 ? log : peer).append(ALICE, G, `${i}`));
      const outcomes = await Promise.all(writers);
      const entries = await entriesAfter(log, G);
      assertLinked(entries, STREAM_START);
      assert.equal(new Set(entries.map(({ id }) => id)).size, 40);
      for (const [i, outcome] of outcomes.entries()) {
        assert.ok(entries.some(({ id, data }) => outcome.kind === 'appended' && outcome.id === id && data === `${i}`));
      }
    });

    it('keeps the order of one writer that does not wait', async ({ log }) => {
      const texts = Array.from({ length: 50 }, (_, i) => `${i}`);
      await Promise.all(texts.map((text) => log.append(ALICE, G, text)));
      assert.deepEqual(
        (await entriesAfter(log, G)).map(({ data }) => data),
        texts,
      );
    });

    it('keeps streams, sessions and principals apart under the same names', async ({ log, store }) => {
      const others: SessionKey[] = [
        { principal: 'alice', id: 'session-2' },
        { principal: 'bob', id: 'session-1' },
      ];
      for (const key of others) await begin(store, key);
      const keys = [ALICE, ...others];
      await Promise.all(
        keys.flatMap((key) =>
          [G, 'r1', 'r2'].map((stream) => log.append(key, stream, `${key.principal}/${key.id}/${stream}`)),
        ),
      );
      for (const key of keys) {
        for (const stream of [G, 'r1', 'r2']) {
          const { entries } = await log.read(key, stream, STREAM_START, 10);
          assert.deepEqual(
            entries.map(({ data }) => data),
            [`${key.principal}/${key.id}/${stream}`],
          );
        }
      }
      assert.equal(new Set(keys.map((key) => log.channel(key))).size, 3);
    });

    it('knows nothing of a stream that was neither appended to nor claimed', async ({ log }) => {
      assertEmpty(await log.read(ALICE, 'r1', STREAM_START, 10), { known: false, fence: 0, ended: false });
      assertEmpty(await log.read(ALICE, 'r1', '5-0', 10), { known: false, fence: 0, ended: false });
      await log.claim(ALICE, 'r1');
      assertEmpty(await log.read(ALICE, 'r1', STREAM_START, 10), { known: true, fence: 1, ended: false });
    });
  });

  runner.describe('EventLog contract: the final message', () => {
    it('is an entry like the others, and given besides', async ({ log }) => {
      await appended(log, 'r1', 'progress');
      const id = await appended(log, 'r1', 'result', { final: true });
      const tail = await log.read(ALICE, 'r1', STREAM_START, 10);
      assert.deepEqual(
        tail.entries.map(({ data, final }) => [data, final]),
        [
          ['progress', false],
          ['result', true],
        ],
      );
      assert.deepEqual({ ...tail.final }, { ...tail.entries[1] });
      assert.equal(tail.last, id);
    });

    it('is the last: nothing is appended after it', async ({ log, peer = log }) => {
      await appended(log, 'r1', 'result', { final: true });
      assert.deepEqual({ ...(await peer.append(ALICE, 'r1', 'late')) }, { kind: 'done' });
      assert.deepEqual({ ...(await peer.append(ALICE, 'r1', 'again', { final: true })) }, { kind: 'done' });
      assert.equal((await entriesAfter(log, 'r1')).length, 1);
    });

    it('is one, however many try at the same time (F17)', async ({ log, peer = log }) => {
      const tries = Array.from({ length: 10 }, (_, i) =>
        (i % 2 ? log : peer).append(ALICE, 'r1', `${i}`, { final: true }),
      );
      const kinds = (await Promise.all(tries)).map(({ kind }) => kind);
      assert.equal(kinds.filter((kind) => kind === 'appended').length, 1);
      assert.equal(kinds.filter((kind) => kind === 'done').length, 9);
      assert.equal((await entriesAfter(log, 'r1')).length, 1);
    });

    it('outlives the history, then the stream is forgotten', async ({ log, advance }) => {
      const progress = await appended(log, 'r1', 'progress');
      const id = await appended(log, 'r1', 'result', { final: true });
      await advance(LIMITS.historyTtlMs * 1.5);
      const tail = await log.read(ALICE, 'r1', STREAM_START, 10);
      assert.deepEqual([tail.entries, tail.last, tail.known], [[], id, true]);
      assert.deepEqual({ ...tail.final }, { id, previous: progress, data: 'result', final: true });
      assert.deepEqual({ ...(await log.append(ALICE, 'r1', 'late')) }, { kind: 'done' });
      await advance(LIMITS.resultTtlMs);
      assert.equal((await log.read(ALICE, 'r1', STREAM_START, 10)).known, false);
      assert.equal((await log.read(ALICE, 'r1', STREAM_START, 10)).final, undefined);
    });
  });

  runner.describe('EventLog contract: bounds', () => {
    it('keeps the newest maxHistory entries and drops the oldest', async ({ log }) => {
      const ids: string[] = [];
      for (let i = 0; i < LIMITS.maxHistory * 5; i++) ids.push(await appended(log, G, `${i}`));
      const entries = await entriesAfter(log, G);
      assert.ok(entries.length >= LIMITS.maxHistory && entries.length < ids.length, `${entries.length} entries`);
      assert.deepEqual(
        entries.map(({ id }) => id),
        ids.slice(-entries.length),
      );
      assertLinked(entries, ids[ids.length - entries.length - 1]!);
    });

    it('drops the oldest entries beyond maxHistoryBytes, but never the newest', async ({ log }) => {
      const text = 'x'.repeat(LIMITS.maxHistoryBytes / 10);
      for (let i = 0; i < 30; i++) await appended(log, G, `${i} ${text}`);
      const entries = await entriesAfter(log, G);
      assert.ok(entries.length >= 5 && entries.length <= 20, `${entries.length} entries`);
      assert.ok(entries.at(-1)!.data.startsWith('29 '));
      const huge = 'y'.repeat(LIMITS.maxHistoryBytes * 2);
      const id = await appended(log, G, huge);
      assert.deepEqual(
        (await entriesAfter(log, G, entries.at(-1)!.id)).map(({ data, id: of }) => [data === huge, of]),
        [[true, id]],
      );
    });

    it('drops what is older than the history TTL, and still knows the newest id', async ({ log, advance }) => {
      const id = await appended(log, G, '1');
      await advance(LIMITS.historyTtlMs * 0.5);
      assert.equal((await entriesAfter(log, G)).length, 1);
      await advance(LIMITS.historyTtlMs);
      const tail = await log.read(ALICE, G, id, 10);
      assert.deepEqual([tail.entries, tail.last, tail.known], [[], id, true], 'who saw it all has no gap');
      await appended(log, G, '2');
      assertLinked(await entriesAfter(log, G, id), id);
    });

    it('knows the standing stream as long as the session', async ({ log, store, advance }) => {
      const id = await appended(log, G, '1');
      const fence = (await log.claim(ALICE, G))!;
      await log.release(ALICE, G, fence);
      for (let i = 0; i < 3; i++) {
        await advance(LIMITS.resultTtlMs * 0.7);
        await store.load(ALICE);
      }
      const tail = await log.read(ALICE, G, id, 10);
      assert.deepEqual([tail.last, tail.known, tail.fence], [id, true, fence]);
    });

    it('forgets the oldest finished stream when a newer one needs its place', async ({ log }) => {
      await appended(log, G, 'standing');
      await appended(log, 'rold', 'unfinished');
      await appended(log, 'rdone', 'finished first', { final: true });
      for (let i = 2; i < LIMITS.maxStreams; i++) await appended(log, `r${i}`, 'result', { final: true });
      await appended(log, 'rnew', 'one more');
      assert.equal((await log.read(ALICE, 'rdone', STREAM_START, 10)).known, false);
      for (const stream of [G, 'rold', 'r2', 'rnew']) {
        assert.equal((await log.read(ALICE, stream, STREAM_START, 10)).entries.length, 1, stream);
      }
    });

    it('refuses a stream too many when none is finished, but never the standing one', async ({ log, store }) => {
      for (let i = 0; i < LIMITS.maxStreams; i++) await appended(log, `r${i}`, '1');
      await assert.rejects(log.append(ALICE, 'rover', '1'), StreamLimitError);
      await assert.rejects(log.claim(ALICE, 'rover'), StreamLimitError);
      await appended(log, G, '1');
      await appended(log, 'r0', '2');
      const bob: SessionKey = { principal: 'bob', id: 'session-1' };
      await begin(store, bob);
      assert.equal((await log.append(bob, 'rover', '1')).kind, 'appended', 'another session has its own bound');
      await appended(log, 'r0', 'result', { final: true });
      await appended(log, 'rover', '1');
    });
  });
}
