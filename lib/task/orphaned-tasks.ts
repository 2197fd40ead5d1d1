import { taskKeyOf, taskKeyText } from './task-id.js';
import type { TaskRecord } from './task-record.js';
import type { TaskRunner } from './task-runner.js';
import type { TaskStore } from './task-store.js';

/** Time before the second check, as a fraction of a lease: a worker that is alive renews its lease within it. */
const GRACE_PERIOD = 0.5;

/**
 * The tasks whose lease has expired. If the store can be unavailable, they are checked once more before they are taken
 * over: during an outage all leases expire although their workers are alive (F4).
 */
export class OrphanedTasks {
  readonly #suspected = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly store: TaskStore,
    private readonly runner: TaskRunner,
    private readonly leaseMs: number,
    private readonly report: (error: unknown) => void,
  ) {}

  /**
   * Takes over an orphaned task. There is no sweeper: every instance that reads an orphaned task calls this (§5.6).
   *
   * @returns the task as it is afterwards
   */
  async reclaim(task: TaskRecord): Promise<TaskRecord | undefined> {
    if (this.store.mayBeUnavailable) {
      this.#suspect(task);
      return task;
    }
    await this.runner.takeOver(task);
    return this.store.load(taskKeyOf(task));
  }

  close(): void {
    for (const timer of this.#suspected.values()) clearTimeout(timer);
    this.#suspected.clear();
  }

  #suspect(task: TaskRecord): void {
    const name = taskKeyText(task);
    if (this.#suspected.has(name)) return;
    const recheck = (): void => {
      this.#suspected.delete(name);
      void this.#recheck(task).catch(this.report);
    };
    this.#suspected.set(name, setTimeout(recheck, this.leaseMs * GRACE_PERIOD).unref());
  }

  async #recheck(suspect: TaskRecord): Promise<void> {
    const task = await this.store.load(taskKeyOf(suspect));
    if (task?.orphaned && task.fence === suspect.fence) await this.runner.takeOver(task);
  }
}
