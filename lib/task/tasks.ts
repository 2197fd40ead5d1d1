import { invalidParams, type McpError } from '../protocol/errors.js';
import { isLegacyRevision } from '../protocol/revisions.js';
import type { Era } from '../protocol/revisions.js';
import type { OrphanedTasks } from './orphaned-tasks.js';
import { FollowedTasks, type TaskFollower } from './followed-tasks.js';
import type { TaskChanges } from './task-changes.js';
import { isOpen, OPEN, type TaskAnswer, type TaskKey, type TaskRecord } from './task-record.js';
import type { TaskRunner } from './task-runner.js';
import type { TaskPosition, TaskStore } from './task-store.js';

const eraOf = ({ caller }: TaskRecord): Era => (isLegacyRevision(caller.revision) ? 'legacy' : 'modern');

/** Which tasks a caller gets to see. */
export type Admits = (task: TaskRecord) => boolean | Promise<boolean>;

const ALL: Admits = () => true;

/** The tasks of a server as its methods see them: by owner, and in the form of the era that created them (§5.2). */
export class Tasks {
  constructor(
    private readonly store: TaskStore,
    readonly changes: TaskChanges,
    readonly runner: TaskRunner,
    readonly orphans: OrphanedTasks,
  ) {}

  /** @returns `undefined` for a task that is unknown or expired, belongs to somebody else, or is of the other era */
  async find(key: TaskKey, era: Era): Promise<TaskRecord | undefined> {
    const task = await this.store.load(key);
    if (!task || eraOf(task) !== era) return undefined;
    return this.#reclaimIfOrphaned(task);
  }

  /** Yields those tasks of a principal that `find` would return. */
  async *findMany(
    principal: string,
    ids: readonly string[],
    era: Era,
    admits: Admits = ALL,
  ): AsyncIterable<TaskRecord> {
    for await (const loaded of this.store.loadMany(principal, ids)) {
      const task = eraOf(loaded) === era ? await this.#reclaimIfOrphaned(loaded) : undefined;
      if (task && (await admits(task))) yield task;
    }
  }

  /** @returns whether this call ended the task, and the task as it is now */
  async cancel(key: TaskKey): Promise<{ readonly moved: boolean; readonly task: TaskRecord }> {
    const move = await this.store.move(key, OPEN, 'cancelled');
    if (!move) throw unknownTask();
    if (move.moved) this.changes.announce(move.task);
    return move;
  }

  async answer(key: TaskKey, answers: Readonly<Record<string, TaskAnswer>>): Promise<void> {
    const move = await this.store.answer(key, answers);
    if (!move) throw unknownTask();
    if (move.moved) this.changes.announce(move.task);
  }

  /** Returns a page of the 2025-11-25 list. It may have fewer than `limit` tasks, without those of the other era. */
  async page(principal: string, limit: number, after?: TaskPosition, admits: Admits = ALL) {
    const all = await this.store.list(principal, limit, after);
    const legacy = all.filter((task) => eraOf(task) === 'legacy');
    const reclaim = async (task: TaskRecord) => ((await admits(task)) ? this.#reclaimIfOrphaned(task) : undefined);
    const tasks = await Promise.all(legacy.map(reclaim));
    return { tasks: tasks.filter((task) => task !== undefined), last: all.length < limit ? undefined : all.at(-1) };
  }

  /**
   * Calls the follower with each of the tasks of a principal, now and after each change. One that is no longer admitted
   * is gone.
   *
   * @returns a function that stops it
   */
  follow(
    principal: string,
    ids: readonly string[],
    era: Era,
    follower: TaskFollower,
    admits: Admits = ALL,
  ): () => void {
    const read = (due: readonly string[]) => this.findMany(principal, due, era, admits);
    const followed = new FollowedTasks(principal, ids, this.changes, read, follower);
    return () => followed.stop();
  }

  async #reclaimIfOrphaned(task: TaskRecord): Promise<TaskRecord | undefined> {
    return task.orphaned && isOpen(task) ? this.orphans.reclaim(task) : task;
  }
}

/** With the same message for every reason (T-51). */
export const unknownTask = (): McpError => invalidParams('Unknown task');
