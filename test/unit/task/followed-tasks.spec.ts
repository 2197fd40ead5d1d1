import { describe, expect, it } from 'vitest';
import { MemoryTaskStore } from '../../../lib/memory/memory-task-store.js';
import { taskSpec } from '../../../lib/testing/contracts/task-store.fixture.js';
import type { TaskRecord } from '../../../lib/task/task-record.js';
import { TaskRig } from './rig.js';

/** Counts how tasks are read, and holds the reads back while it is told to. */
class CountingStore extends MemoryTaskStore {
  readonly reads: (readonly string[])[] = [];
  held: Promise<void> | undefined;

  override async *loadMany(principal: string, ids: readonly string[]): AsyncIterable<TaskRecord> {
    this.reads.push(ids);
    await this.held;
    yield* super.loadMany(principal, ids);
  }
}

const IDS = Array.from({ length: 100 }, (_, i) => `task ${i}`);
const OPEN = ['working', 'input_required'] as const;

async function following(ids: readonly string[]) {
  const store = new CountingStore();
  const rig = await TaskRig.open({ store });
  for (const id of ids) await store.create(taskSpec(id, 'alice', { ttlMs: 60_000 }), 60_000);
  const told: string[] = [];
  const gone: string[] = [];
  const failed: unknown[] = [];
  const follower = {
    changed: ({ id, status }: TaskRecord) => void told.push(`${id} ${status}`),
    gone: (id: string) => void gone.push(id),
    failed: (error: unknown) => void failed.push(error),
  };
  return { store, rig, told, gone, failed, follower };
}

describe('following tasks', () => {
  it('A8 a hundred tasks are read together, at first and at each self-check', async () => {
    const { store, rig, told, gone, follower } = await following(IDS);
    const stop = rig.tasks.follow('alice', [...IDS, 'nobody'], 'modern', follower);
    await expect.poll(() => told.length).toBe(100);
    await expect.poll(() => gone).toEqual(['nobody']);
    rig.changes.notifyAll();
    await expect.poll(() => store.reads.map(({ length }) => length)).toEqual([101, 100]);
    expect(rig.changes.size).toBe(100);
    stop();
    expect(rig.changes.size).toBe(0);
    await rig.close();
  });

  it('tasks that change while others are being read are read once more, together, and only the last change is told', async () => {
    const { store, rig, told, follower } = await following(['a', 'b', 'c']);
    const stop = rig.tasks.follow('alice', ['a', 'b', 'c'], 'modern', follower);
    await expect.poll(() => told.length).toBe(3);
    let release!: () => void;
    store.held = new Promise((resolve) => (release = resolve));
    for (const id of ['a', 'b', 'b', 'a', 'b']) {
      const { task } = (await store.move({ principal: 'alice', id }, OPEN, 'working', { statusMessage: 'x' }))!;
      rig.changes.announce(task);
      await new Promise(setImmediate);
    }
    await store.move({ principal: 'alice', id: 'b' }, OPEN, 'completed', { result: { content: [] } });
    release();
    await expect.poll(() => told.slice(3)).toContain('b completed');
    await expect.poll(() => store.reads.slice(1)).toEqual([['a'], ['b', 'a']]);
    expect(told.filter((line) => line === 'b completed')).toHaveLength(1);
    expect(rig.changes.size).toBe(2);
    stop();
    await rig.close();
  });

  it('a failed read is reported, and the tasks are read again at the next self-check', async () => {
    const { store, rig, told, failed, follower } = await following(['a']);
    store.held = Promise.reject(new Error('away'));
    store.held.catch(() => undefined);
    const stop = rig.tasks.follow('alice', ['a'], 'modern', follower);
    await expect.poll(() => failed).toHaveLength(1);
    store.held = undefined;
    rig.changes.notifyAll();
    await expect.poll(() => told).toEqual(['a working']);
    stop();
    await rig.close();
  });
});
