import assert from 'node:assert/strict';
import { type Runner, withSetup } from './runner.js';
import { ask, moved, OPEN_STATES, TASK_LEASE, taskSpec, type TaskStoreContract } from './task-store.fixture.js';

const LONG = { ttlMs: 600_000 };

/** The part of `taskStoreContract` about workers: leases, fences, and taking over expired leases. */
export function taskLeaseContract(runner: Runner, { create }: TaskStoreContract): void {
  const it = withSetup(runner, create, { maxTasks: 50 });

  runner.describe('TaskStore contract: leases', () => {
    it('TaskStore.load reports a task as orphaned only after its lease has expired', async ({
      store,
      peer = store,
      advance,
    }) => {
      const spec = taskSpec('1', 'alice', LONG);
      await store.create(spec, TASK_LEASE);
      for (let i = 0; i < 3; i++) {
        await advance(TASK_LEASE * 0.6);
        assert.equal((await peer.load(spec))!.orphaned, false);
        assert.equal(await peer.claim(spec, TASK_LEASE), undefined, 'a leased task cannot be claimed');
        assert.equal(await store.renew(spec, 1, TASK_LEASE), true);
      }
      await advance(TASK_LEASE * 1.2);
      assert.equal((await peer.load(spec))!.orphaned, true);
      assert.equal((await peer.list('alice', 10))[0]!.orphaned, true);
      assert.equal(await store.renew(spec, 1, TASK_LEASE), true, 'late, but before another claim');
      assert.equal((await peer.load(spec))!.orphaned, false);
    });

    it('TaskStore.claim gives an orphaned task to exactly one caller, as a new run without pending questions', async ({
      store,
      peer = store,
      advance,
    }) => {
      const spec = taskSpec('1', 'alice', LONG);
      await store.create(spec, TASK_LEASE);
      await store.saveCheckpoint(spec, 1, { steps: { done: { value: 1 } } });
      const inputRequests = { a: ask('A?'), b: ask('B?') };
      await store.move(spec, OPEN_STATES, 'input_required', { inputRequests });
      await store.answer(spec, { a: { value: 1 } });
      const { version } = (await store.load(spec))!;
      await advance(TASK_LEASE * 1.2);
      const claims = await Promise.all(
        Array.from({ length: 10 }, (_, i) => (i % 2 ? store : peer).claim(spec, TASK_LEASE)),
      );
      const [claimed, ...others] = claims.filter((claim) => claim !== undefined);
      assert.deepEqual(others, []);
      const { status, fence, orphaned, answers, checkpoint } = claimed!;
      assert.deepEqual([status, fence, orphaned, claimed!.inputRequests, answers], ['working', 2, false, {}, {}]);
      assert.deepEqual(checkpoint.steps, { done: { value: 1 } }, 'the checkpoint survives');
      assert.ok(claimed!.version > version);
      assert.deepEqual({ ...(await peer.load(spec)) }, { ...claimed });
    });

    it('TaskStore rejects every change by a run that has lost its task', async ({ store, peer = store, advance }) => {
      const spec = taskSpec('1', 'alice', LONG);
      await store.create(spec, TASK_LEASE);
      await advance(TASK_LEASE * 1.2);
      const claimed = (await peer.claim(spec, TASK_LEASE))!;
      assert.equal(await store.renew(spec, 1, TASK_LEASE), false);
      assert.equal(await store.release(spec, 1), false);
      assert.equal(await store.saveCheckpoint(spec, 1, { steps: { late: {} } }), false);
      assert.equal(await moved(store.move(spec, OPEN_STATES, 'completed', { result: {} }, 1)), false);
      assert.deepEqual({ ...(await peer.load(spec)) }, { ...claimed });
      assert.equal(await moved(peer.move(spec, OPEN_STATES, 'completed', { result: { content: [] } }, 2)), true);
    });

    it('TaskStore.release orphans the task immediately', async ({ store, peer = store }) => {
      const spec = taskSpec('1', 'alice', LONG);
      await store.create(spec, 600_000);
      assert.equal(await store.release(spec, 1), true);
      assert.equal((await peer.load(spec))!.orphaned, true);
      assert.equal((await peer.claim(spec, TASK_LEASE))!.fence, 2);
    });

    it('TaskStore.load never reports an ended task as orphaned', async ({ store, advance }) => {
      const spec = taskSpec('1', 'alice', LONG);
      await store.create(spec, TASK_LEASE);
      await store.move(spec, OPEN_STATES, 'completed', { result: { content: [] } });
      await advance(TASK_LEASE * 1.2);
      assert.equal((await store.load(spec))!.orphaned, false);
      assert.equal(await store.claim(spec, TASK_LEASE), undefined);
    });
  });
}
