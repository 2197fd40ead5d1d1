import { invalidParams } from '../protocol/errors.js';
import { isLegacyRevision } from '../protocol/revisions.js';
import type { Era } from '../protocol/revisions.js';
import type { OrphanedTasks } from './orphaned-tasks.js';
import type { TaskChanges } from './task-changes.js';
import { isOpen, OPEN, type TaskAnswer, type TaskKey, type TaskRecord } from './task-record.js';
import type { TaskRunner } from './task-runner.js';
import type { TaskPosition, TaskStore } from './task-store.js';

const eraOf = ({ caller }: TaskRecord): Era => (isLegacyRevision(caller.revision) ? 'legacy' : 'modern');

/** Somebody who waits for what becomes of a task. */
export interface TaskFollower {
  /** Of several changes at once only the last may be seen. */
  changed(task: TaskRecord): void;
  gone?(): void;
  failed(error: unknown): void;
}

/** The tasks of a server as its methods see them: each by its owner, in the form of the era that began it (§5.2). */
export class Tasks {
  constructor(
    private readonly store: TaskStore,
    readonly changes: TaskChanges,
    readonly runner: TaskRunner,
    readonly orphans: OrphanedTasks,
  ) {}

  /** @returns `undefined` for a task that is unknown, expired, somebody else's, or of the other form */
  async find(key: TaskKey, era: Era): Promise<TaskRecord | undefined> {
    const task = await this.store.load(key);
    if (!task || eraOf(task) !== era) return undefined;
    return this.#cared(task);
  }

  /** @throws {McpError} `-32602`, in the same words whyever there is none (T-51) */
  async get(key: TaskKey, era: Era): Promise<TaskRecord> {
    const task = await this.find(key, era);
    if (!task) throw unknownTask();
    return task;
  }

  /** @returns whether it was this call that ended the task */
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

  /** A page of the 2025-11-25 list; it may hold fewer than `limit`, as tasks of the other form do not show. */
  async page(principal: string, limit: number, after?: TaskPosition) {
    const all = await this.store.list(principal, limit, after);
    const tasks = await Promise.all(all.filter((task) => eraOf(task) === 'legacy').map((task) => this.#cared(task)));
    return { tasks: tasks.filter((task) => task !== undefined), last: all.length < limit ? undefined : all.at(-1) };
  }

  /** Calls back with the task now and after each change. @returns what ends that */
  follow(key: TaskKey, era: Era, { changed, gone, failed }: TaskFollower): () => void {
    let version = 0;
    const look = async (): Promise<void> => {
      const task = await this.find(key, era);
      if (!task) {
        stop();
        return gone?.();
      }
      // Of two looks at the same time the older may come last.
      if (task.version <= version) return;
      version = task.version;
      // Nothing more will come, and each look costs the store a read.
      if (!isOpen(task)) stop();
      changed(task);
    };
    const check = () => void look().catch(failed);
    const stop = this.changes.watch(key, check);
    check();
    return stop;
  }

  async #cared(task: TaskRecord): Promise<TaskRecord | undefined> {
    return task.orphaned && isOpen(task) ? this.orphans.reclaim(task) : task;
  }
}

const unknownTask = () => invalidParams('Unknown task');
