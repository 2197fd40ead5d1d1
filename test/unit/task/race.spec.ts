import { describe, expect, it } from 'vitest';
import { MemoryTaskStore } from '../../../lib/memory/memory-task-store.js';
import type { TaskKey, TaskPatch, TaskStatus } from '../../../lib/task/task-record.js';
import type { TaskMove } from '../../../lib/task/task-store.js';
import { ended, started, TaskRig } from './rig.js';

const RACES = 10_000;
const FINAL = new Set<TaskStatus>(['completed', 'failed', 'cancelled']);

/** A seeded generator, so that a failure can be reproduced. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

async function turns(next: () => number, most: number): Promise<void> {
  for (let left = Math.floor(next() * most); left > 0; left--) await Promise.resolve();
}

/** Delays each move by a few microtasks, and records every final status that it reported as moved. */
class SlowStore extends MemoryTaskStore {
  readonly ends = new Map<string, TaskStatus[]>();

  constructor(private readonly next: () => number) {
    super({ maxTasks: RACES + 1 });
  }

  override async move(key: TaskKey, from: readonly TaskStatus[], to: TaskStatus, patch?: TaskPatch, fence?: number) {
    await this.turns();
    const move = await this.decide(key, from, to, patch, fence);
    await this.turns();
    if (move?.moved && FINAL.has(to)) this.ends.set(key.id, [...(this.ends.get(key.id) ?? []), to]);
    return move;
  }

  protected decide(...move: Parameters<MemoryTaskStore['move']>): Promise<TaskMove | undefined> {
    return super.move(...move);
  }

  protected async turns(): Promise<void> {
    await turns(this.next, 4);
  }
}

/** The control: reads first and writes later, as a store without compare-and-set would. */
class TornStore extends SlowStore {
  protected override async decide(...[key, from, to, patch]: Parameters<MemoryTaskStore['move']>) {
    const task = await this.load(key);
    await this.turns();
    if (!task || !from.includes(task.status)) return task && { moved: false, task };
    await super.decide(key, from, to, patch);
    return { moved: true, task: { ...task, status: to } };
  }
}

/**
 * Completes and cancels tasks at the same time.
 *
 * @returns how many tasks had several final statuses, or another one than they keep
 */
async function violations(store: SlowStore, next: () => number, races: number): Promise<number> {
  const rig = await TaskRig.open({ store });
  let wrong = 0;
  const seen = new Set<string>();
  for (let race = 0; race < races; race++) {
    let finish = (): void => {};
    const work = new Promise<void>((resolve) => (finish = resolve));
    const tool = rig.tool(async () => {
      await work;
      return { content: [] };
    });
    const { id } = await started(rig, tool);
    const key = { principal: 'alice', id };
    const end = ended(rig, id);
    finish();
    // Covers every moment from well before the result exists to well after it is written.
    await turns(next, 24);
    const [{ moved }] = await Promise.all([rig.tasks.cancel(key), end]);
    const first = (await store.load(key))!.status;
    await rig.tasks.cancel(key);
    const ends = store.ends.get(id) ?? [];
    const last = (await store.load(key))!.status;
    if (ends.length !== 1 || ends[0] !== first || first !== last || moved !== (last === 'cancelled')) wrong++;
    seen.add(last);
  }
  expect([...seen].toSorted()).toEqual(['cancelled', 'completed']);
  await rig.close();
  store.close();
  return wrong;
}

describe('completion and cancellation of a task', () => {
  it(`a task that completes and is cancelled concurrently has exactly one final status, ${RACES} times (P13)`, async () => {
    const next = random(20_260_728);
    expect(await violations(new SlowStore(next), next, RACES)).toBe(0);
  }, 60_000);

  it('control: a task has two final statuses in a store without compare-and-set', async () => {
    const next = random(20_260_728);
    expect(await violations(new TornStore(next), next, 500)).toBeGreaterThan(0);
  });
});
