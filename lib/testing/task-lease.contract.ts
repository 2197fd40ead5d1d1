import assert from 'node:assert/strict';
import { type Runner, withSetup } from './runner.js';
import { ask, moved, OPEN_STATES, TASK_LEASE, taskOrder, type TaskStoreContract } from './task-store.fixture.js';

const LONG = { ttlMs: 600_000 };

/** The sentences about workers: leases, fences, taking over. */
export function taskLeaseContract(runner: Runner, { create }: TaskStoreContract): void {
  const it = withSetup(runner, create, { maxTasks: 50 });

  runner.describe('TaskStore contract: leases', () => {
    it('shows an orphan when the lease has run out, and not while it is kept', async ({
      store,
      peer = store,
      advance,
    }) => {
      const order = taskOrder('1', 'alice', LONG);
      await store.create(order, TASK_LEASE);
      for (let i = 0; i < 3; i++) {
        await advance(TASK_LEASE * 0.6);
        assert.equal((await peer.load(order))!.orphaned, false);
        assert.equal(await peer.claim(order, TASK_LEASE), undefined, 'nobody takes what is held');
        assert.equal(await store.renew(order, 1, TASK_LEASE), true);
      }
      await advance(TASK_LEASE * 1.2);
      assert.equal((await peer.load(order))!.orphaned, true);
      assert.equal((await peer.list('alice', 10))[0]!.orphaned, true);
      assert.equal(await store.renew(order, 1, TASK_LEASE), true, 'late, but before anybody took it');
      assert.equal((await peer.load(order))!.orphaned, false);
    });

    it('gives an orphan to one of those who claim it, as a new run without the questions of the old', async ({
      store,
      peer = store,
      advance,
    }) => {
      const order = taskOrder('1', 'alice', LONG);
      await store.create(order, TASK_LEASE);
      await store.saveCheckpoint(order, 1, { steps: { done: { value: 1 } } });
      const inputRequests = { a: ask('A?'), b: ask('B?') };
      await store.move(order, OPEN_STATES, 'input_required', { inputRequests });
      await store.answer(order, { a: { value: 1 } });
      const { version } = (await store.load(order))!;
      await advance(TASK_LEASE * 1.2);
      const claims = await Promise.all(
        Array.from({ length: 10 }, (_, i) => (i % 2 ? store : peer).claim(order, TASK_LEASE)),
      );
      const [claimed, ...others] = claims.filter((claim) => claim !== undefined);
      assert.deepEqual(others, []);
      const { status, fence, orphaned, answers, checkpoint } = claimed!;
      assert.deepEqual([status, fence, orphaned, claimed!.inputRequests, answers], ['working', 2, false, {}, {}]);
      assert.deepEqual(checkpoint.steps, { done: { value: 1 } }, 'what a further run need not do again');
      assert.ok(claimed!.version > version);
      assert.deepEqual({ ...(await peer.load(order)) }, { ...claimed });
    });

    it('refuses whatever a run does that has lost its task', async ({ store, peer = store, advance }) => {
      const order = taskOrder('1', 'alice', LONG);
      await store.create(order, TASK_LEASE);
      await advance(TASK_LEASE * 1.2);
      const claimed = (await peer.claim(order, TASK_LEASE))!;
      assert.equal(await store.renew(order, 1, TASK_LEASE), false);
      assert.equal(await store.release(order, 1), false);
      assert.equal(await store.saveCheckpoint(order, 1, { steps: { late: {} } }), false);
      assert.equal(await moved(store.move(order, OPEN_STATES, 'completed', { result: {} }, 1)), false);
      assert.deepEqual({ ...(await peer.load(order)) }, { ...claimed });
      assert.equal(await moved(peer.move(order, OPEN_STATES, 'completed', { result: { content: [] } }, 2)), true);
    });

    it('is free at once when its lease is released', async ({ store, peer = store }) => {
      const order = taskOrder('1', 'alice', LONG);
      await store.create(order, 600_000);
      assert.equal(await store.release(order, 1), true);
      assert.equal((await peer.load(order))!.orphaned, true);
      assert.equal((await peer.claim(order, TASK_LEASE))!.fence, 2);
    });

    it('makes no orphan of a task that has ended', async ({ store, advance }) => {
      const order = taskOrder('1', 'alice', LONG);
      await store.create(order, TASK_LEASE);
      await store.move(order, OPEN_STATES, 'completed', { result: { content: [] } });
      await advance(TASK_LEASE * 1.2);
      assert.equal((await store.load(order))!.orphaned, false);
      assert.equal(await store.claim(order, TASK_LEASE), undefined);
    });
  });
}
