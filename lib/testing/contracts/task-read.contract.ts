import assert from 'node:assert/strict';
import type { TaskRecord } from '../../task/task-record.js';
import type { TaskStore } from '../../task/task-store.js';
import { type Runner, withSetup } from './runner.js';
import { OPEN_STATES, taskSpec, type TaskStoreContract } from './task-store.fixture.js';

/** What `loadMany` yields, by id. */
export async function loadMany(store: TaskStore, principal: string, ids: readonly string[]) {
  const tasks: TaskRecord[] = [];
  for await (const task of store.loadMany(principal, ids)) tasks.push({ ...task });
  return tasks.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The part of `taskStoreContract()` about reading several tasks. */
export function taskReadContract(runner: Runner, contract: TaskStoreContract): void {
  const it = withSetup(runner, contract.create, { maxTasks: 50 });

  runner.describe('TaskStore contract: reading several tasks', () => {
    it('TaskStore.loadMany yields what load returns for each task of the principal that exists, and nothing else', async ({
      store,
      peer = store,
    }) => {
      const ids = Array.from({ length: 40 }, (_, i) => `task ${i}`);
      for (const id of ids) await store.create(taskSpec(id, 'alice', { ttlMs: 60_000 }), 60_000);
      await store.create(taskSpec('task 0', 'bob', { ttlMs: 60_000 }), 60_000);
      await store.move(taskSpec('task 7'), OPEN_STATES, 'completed', { result: { content: [] } });
      // Larger than the reader of any store takes at once.
      for (const id of ['task 1', 'task 3']) {
        await store.move(taskSpec(id), OPEN_STATES, 'completed', { result: { text: 'x'.repeat(2_000_000) } });
      }
      const unknown = Array.from({ length: 150 }, (_, i) => `nobody's ${i}`);
      const expected = await Promise.all(ids.map((id) => peer.load({ principal: 'alice', id })));
      const loaded = await loadMany(peer, 'alice', [...unknown.slice(75), ...ids, ...unknown.slice(0, 75)]);
      assert.deepEqual(
        loaded,
        expected.map((task) => ({ ...task! })).sort((a, b) => (a.id < b.id ? -1 : 1)),
      );
      assert.deepEqual(
        (await loadMany(store, 'bob', ids)).map(({ principal, id }) => [principal, id]),
        [['bob', 'task 0']],
      );
      assert.deepEqual(await loadMany(store, 'alice', []), []);
    });
  });
}
