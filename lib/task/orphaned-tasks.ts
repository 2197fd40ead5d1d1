import { taskKeyOf, taskKeyText } from './task-id.js';
import type { TaskRecord } from './task-record.js';
import type { TaskRunner } from './task-runner.js';
import type { TaskStore } from './task-store.js';

/** Of a lease: within it whoever lives has renewed its own. */
const GRACE = 0.5;

/**
 * The tasks whose lease was found run out. Where the store may be away they are looked at once more before anybody takes
 * them over: all leases ran out meanwhile, and the workers live (F4).
 */
export class OrphanedTasks {
  readonly #suspected = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly store: TaskStore,
    private readonly runner: TaskRunner,
    private readonly leaseMs: number,
    private readonly report: (error: unknown) => void,
  ) {}

  /** There is no sweeper: whoever meets an orphan cares for it (§5.6). @returns the task as it is then */
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
    const look = (): void => {
      this.#suspected.delete(name);
      void this.#recheck(task).catch(this.report);
    };
    this.#suspected.set(name, setTimeout(look, this.leaseMs * GRACE).unref());
  }

  async #recheck(before: TaskRecord): Promise<void> {
    const task = await this.store.load(taskKeyOf(before));
    if (task?.orphaned && task.fence === before.fence) await this.runner.takeOver(task);
  }
}
