import assert from 'node:assert/strict';
import type { TaskKey } from '../../task/task-record.js';
import { TaskLimitError, type TaskStore } from '../../task/task-store.js';
import { COLLIDING_KEYS, FOREIGN_PRINCIPALS } from './keys.js';
import { type Runner, withSetup } from './runner.js';
import {
  ask,
  FINAL_STATES,
  moved,
  OPEN_STATES,
  TASK_LEASE,
  TASK_TTL,
  taskSpec,
  type TaskStoreContract,
} from './task-store.fixture.js';
import { taskLeaseContract } from './task-lease.contract.js';
import { loadMany, taskReadContract } from './task-read.contract.js';

const ALL = 100;
const RACES = 50;

/** Asserts that every method treats the key as unknown. */
async function assertUnknown(store: TaskStore, key: TaskKey, message: string): Promise<void> {
  assert.equal(await store.load(key), undefined, `${message}: load`);
  assert.deepEqual(await loadMany(store, key.principal, [key.id]), [], `${message}: loadMany`);
  assert.equal(await moved(store.move(key, OPEN_STATES, 'failed')), undefined, `${message}: move`);
  assert.equal(await moved(store.answer(key, { q: { value: 1 } })), undefined, `${message}: answer`);
  assert.equal(await store.saveCheckpoint(key, 1, { steps: {} }), false, `${message}: saveCheckpoint`);
  assert.equal(await store.renew(key, 1, TASK_LEASE), false, `${message}: renew`);
  assert.equal(await store.release(key, 1), false, `${message}: release`);
  assert.equal(await store.claim(key, TASK_LEASE), undefined, `${message}: claim`);
  const listed = await store.list(key.principal, ALL);
  assert.ok(!listed.some(({ id }) => id === key.id), `${message}: list`);
}

/**
 * Tests every sentence of the contract in the docblock of `TaskStore`.
 *
 * @publicApi
 */
export function taskStoreContract(runner: Runner, contract: TaskStoreContract): void {
  const it = withSetup(runner, contract.create, { maxTasks: 50 });
  taskLeaseContract(runner, contract);
  taskReadContract(runner, contract);

  runner.describe('TaskStore contract', () => {
    it('TaskStore.load returns a created task on every instance once create has resolved', async ({
      store,
      peer = store,
    }) => {
      const spec = taskSpec('1', 'alice', {
        checkpoint: { answered: { q: { fingerprint: 'p', answer: 1 } }, steps: { s: {} } },
      });
      const created = await store.create(spec, TASK_LEASE);
      const loaded = (await peer.load(spec))!;
      assert.deepEqual({ ...loaded }, { ...created });
      const { createdAt, updatedAt, ...rest } = loaded;
      assert.ok(Number.isSafeInteger(createdAt) && createdAt === updatedAt);
      const begun = { status: 'working', version: 1, fence: 1, orphaned: false, inputRequests: {}, answers: {} };
      assert.deepEqual(rest, { ...spec, ...begun });
    });

    it('TaskStore.create stores a copy, so that changing the spec or a loaded record does not change the task', async ({
      store,
    }) => {
      const given: Record<string, unknown> = { a: 1 };
      const spec = taskSpec('1', 'alice', { arguments: given });
      await store.create(spec, TASK_LEASE);
      given['evil'] = true;
      try {
        ((await store.load(spec))!.arguments as Record<string, unknown>)['evil'] = true;
      } catch {
        // A store may also return frozen records.
      }
      assert.deepEqual((await store.load(spec))!.arguments, { a: 1 });
    });

    it('TaskStore.move changes the status only from one of the given states, and only the fields of the patch', async ({
      store,
      peer = store,
    }) => {
      const spec = taskSpec('1');
      await store.create(spec, TASK_LEASE);
      assert.equal(await moved(store.move(spec, ['input_required'], 'completed')), false);
      assert.equal(await moved(peer.move(spec, ['working'], 'working', { statusMessage: 'half' })), true);
      const result = { content: [{ type: 'text', text: '"\u2028 ü\n' }], structuredContent: { n: 1.5, list: [] } };
      const move = await store.move(spec, ['working'], 'completed', { result });
      assert.equal(move?.moved, true);
      assert.deepEqual({ ...move.task }, { ...(await peer.load(spec)) });
      const { status, statusMessage, version, result: kept } = move.task;
      assert.deepEqual([status, statusMessage, version, kept], ['completed', 'half', 3, result]);
    });

    it('TaskStore rejects every change to a task in a final state', async ({ store, peer = store }) => {
      for (const final of FINAL_STATES) {
        const spec = taskSpec(final);
        await store.create(spec, TASK_LEASE);
        assert.equal(await moved(store.move(spec, OPEN_STATES, final, { statusMessage: 'first' })), true);
        const before = { ...(await store.load(spec)) };
        for (const to of [...OPEN_STATES, ...FINAL_STATES]) {
          const from = [...OPEN_STATES, ...FINAL_STATES];
          assert.equal(await moved(peer.move(spec, from, to, { statusMessage: 'later' })), false, `${final} to ${to}`);
        }
        assert.equal(await moved(store.answer(spec, { q: { value: 1 } })), false);
        assert.equal(await store.claim(spec, TASK_LEASE), undefined);
        assert.equal(await store.renew(spec, 1, TASK_LEASE), false);
        assert.equal(await store.saveCheckpoint(spec, 1, { steps: { s: {} } }), false);
        assert.deepEqual({ ...(await store.load(spec)) }, before);
      }
    });

    it('TaskStore.move accepts exactly one of several concurrent final states', async ({ store, peer = store }) => {
      for (let round = 0; round < RACES; round++) {
        const spec = taskSpec(`${round}`, 'alice', { ttlMs: 60_000 });
        await store.create(spec, TASK_LEASE);
        const attempts = await Promise.all(
          [...FINAL_STATES, ...FINAL_STATES].map((final, i) => (i % 2 ? store : peer).move(spec, OPEN_STATES, final)),
        );
        const winners = attempts.filter((attempt) => attempt?.moved);
        assert.equal(winners.length, 1);
        assert.equal((await peer.load(spec))?.status, winners[0]!.task.status);
      }
    });

    it('TaskStore.answer accepts the first answer to each question and resumes the task with the last one', async ({
      store,
      peer = store,
    }) => {
      const spec = taskSpec('1');
      await store.create(spec, TASK_LEASE);
      await store.move(spec, OPEN_STATES, 'input_required', { inputRequests: { a: ask('A?') } });
      await peer.move(spec, OPEN_STATES, 'input_required', { inputRequests: { b: ask('B?') } });
      assert.deepEqual((await peer.load(spec))!.inputRequests, { a: ask('A?'), b: ask('B?') });

      assert.equal(await moved(peer.answer(spec, { nobody: { value: 0 }, toString: { value: 0 } })), false);
      const first = await peer.answer(spec, { a: { value: { action: 'accept' } }, nobody: { value: 0 } });
      assert.equal(first?.moved, true);
      assert.deepEqual([first.task.status, Object.keys(first.task.inputRequests)], ['input_required', ['b']]);
      assert.equal(await moved(store.answer(spec, { a: { value: 'later' } })), false, 'the first answer wins');

      const last = await store.answer(spec, { b: { refused: 'no' } });
      assert.deepEqual([last?.task.status, last?.task.inputRequests], ['working', {}]);
      assert.deepEqual((await peer.load(spec))!.answers, { a: { value: { action: 'accept' } }, b: { refused: 'no' } });
    });

    it('TaskStore.answer accepts exactly one of several concurrent answers to a question', async ({
      store,
      peer = store,
    }) => {
      const spec = taskSpec('1');
      await store.create(spec, TASK_LEASE);
      await store.move(spec, OPEN_STATES, 'input_required', { inputRequests: { a: ask('A?') } });
      const attempts = await Promise.all(
        Array.from({ length: 10 }, (_, value) => (value % 2 ? store : peer).answer(spec, { a: { value } })),
      );
      assert.equal(attempts.filter((attempt) => attempt?.moved).length, 1);
    });

    it('TaskStore.move to a final state removes questions and answers', async ({ store }) => {
      const spec = taskSpec('1');
      await store.create(spec, TASK_LEASE);
      const inputRequests = { a: ask('A?'), b: ask('B?') };
      await store.move(spec, OPEN_STATES, 'input_required', { inputRequests });
      await store.answer(spec, { a: { value: 'secret' } });
      const move = await store.move(spec, OPEN_STATES, 'cancelled');
      assert.deepEqual([move?.task.inputRequests, move?.task.answers], [{}, {}]);
    });

    it('TaskStore.saveCheckpoint merges into the checkpoint without changing the version', async ({
      store,
      peer = store,
    }) => {
      const spec = taskSpec('1', 'alice', { checkpoint: { answered: {}, steps: { before: { value: 0 } } } });
      const { version } = await store.create(spec, TASK_LEASE);
      assert.equal(await store.saveCheckpoint(spec, 1, { steps: { one: { value: 1 } } }), true);
      assert.equal(await peer.saveCheckpoint(spec, 1, { answered: { q: { fingerprint: 'p', answer: [1] } } }), true);
      assert.equal(await store.saveCheckpoint(spec, 2, { steps: { evil: {} } }), false, 'the fence of another run');
      const loaded = (await peer.load(spec))!;
      assert.deepEqual(loaded.checkpoint, {
        answered: { q: { fingerprint: 'p', answer: [1] } },
        steps: { before: { value: 0 }, one: { value: 1 } },
      });
      assert.equal(loaded.version, version);
    });

    it('TaskStore treats the key of a foreign principal as unknown and does not change the task', async ({ store }) => {
      const spec = taskSpec('1');
      await store.create(spec, TASK_LEASE);
      // The lease may expire in the meantime on a slow machine, which is not an effect of the foreign calls.
      const withoutOrphaned = async () => ({ ...(await store.load(spec)), orphaned: undefined });
      const before = await withoutOrphaned();
      for (const principal of FOREIGN_PRINCIPALS) {
        await assertUnknown(store, { principal, id: '1' }, `principal ${JSON.stringify(principal)}`);
      }
      await assertUnknown(store, { principal: 'alice', id: 'nothing' }, 'never created');
      assert.deepEqual(await withoutOrphaned(), before);
    });

    it('TaskStore distinguishes keys whose concatenated parts are equal', async ({ store }) => {
      for (const [principal, id] of COLLIDING_KEYS) await store.create(taskSpec(id, principal), TASK_LEASE);
      for (const [principal, id] of COLLIDING_KEYS) {
        const loaded = (await store.load({ principal, id }))!;
        assert.deepEqual([loaded.principal, loaded.id], [principal, id]);
      }
    });

    it('TaskStore keeps a task exactly until its TTL', async ({ store, peer = store, advance }) => {
      const spec = taskSpec('1');
      await store.create(spec, TASK_LEASE);
      await store.renew(spec, 1, TASK_TTL * 10);
      await advance(TASK_TTL * 0.6);
      await store.move(spec, OPEN_STATES, 'working', { statusMessage: 'a change does not extend the TTL' });
      assert.ok(await peer.load(spec), 'the task exists until its TTL');
      await advance(TASK_TTL * 0.6);
      await assertUnknown(peer, spec, 'expired');
      await assertUnknown(store, spec, 'expired');
    });

    it('TaskStore.list returns the tasks of one principal in order of creation, page by page', async ({
      store,
      peer = store,
      advance,
    }) => {
      const long = { ttlMs: 600_000 };
      for (const id of ['c', 'a', 'b', 'e', 'd']) {
        await store.create(taskSpec(id, 'alice', id === 'b' ? {} : long), TASK_LEASE);
        await advance(5);
      }
      await store.create(taskSpec('x', 'bob', long), TASK_LEASE);
      const first = await peer.list('alice', 3);
      assert.deepEqual(
        first.map(({ id }) => id),
        ['c', 'a', 'b'],
      );
      const rest = await store.list('alice', ALL, first[2]);
      assert.deepEqual(
        rest.map(({ id }) => id),
        ['e', 'd'],
      );
      await advance(TASK_TTL * 1.2);
      assert.deepEqual(
        (await store.list('alice', ALL, first[2])).map(({ id }) => id),
        ['e', 'd'],
        'after an expired task',
      );
      assert.deepEqual(
        (await store.list('alice', ALL)).map(({ id }) => id),
        ['c', 'a', 'e', 'd'],
      );
      assert.deepEqual(await store.list('mallory', ALL), []);
    });

    it('TaskStore.list returns each task once, even if several have the same creation time', async ({ store }) => {
      for (let i = 0; i < 20; i++) await store.create(taskSpec(`${i}`, 'alice'), TASK_LEASE);
      const seen: string[] = [];
      for (let page = await store.list('alice', 3); page.length > 0; page = await store.list('alice', 3, page.at(-1))) {
        seen.push(...page.map(({ id }) => id));
      }
      assert.deepEqual([seen.length, new Set(seen).size], [20, 20]);
    });

    it('TaskStore.create rejects tasks beyond maxTasks until some have expired', async ({ store, advance }) => {
      for (let i = 0; i < 50; i++) await store.create(taskSpec(`${i}`), TASK_LEASE);
      await assert.rejects(store.create(taskSpec('over'), TASK_LEASE), TaskLimitError);
      assert.equal(await store.load(taskSpec('over')), undefined);
      await advance(TASK_TTL * 1.2);
      await store.create(taskSpec('later'), TASK_LEASE);
      assert.deepEqual(
        (await store.list('alice', ALL)).map(({ id }) => id),
        ['later'],
      );
    });
  });
}
