import type { TaskChanges, TaskWatch } from './task-changes.js';
import { isOpen, type TaskRecord } from './task-record.js';

/** A listener that follows tasks of one principal. */
export interface TaskFollower {
  /** Of several changes at the same time, only the last may be reported. */
  changed(task: TaskRecord): void;
  gone?(id: string): void;
  failed(error: unknown): void;
}

/** Yields those of the tasks that exist. */
export type ReadTasks = (ids: readonly string[]) => AsyncIterable<TaskRecord>;

/**
 * Tells a follower about its tasks, now and after each change. Tasks that change while others are being read are read
 * together afterwards, so that many changes cost few reads.
 */
export class FollowedTasks {
  readonly #watch: TaskWatch;
  readonly #versions = new Map<string, number>();
  readonly #due = new Set<string>();
  #reading = false;

  constructor(
    private readonly principal: string,
    ids: readonly string[],
    changes: TaskChanges,
    private readonly read: ReadTasks,
    private readonly follower: TaskFollower,
  ) {
    const keys = ids.map((id) => ({ principal, id }));
    this.#watch = changes.watch(keys, (changed) => this.#refresh(changed.map(({ id }) => id)));
    this.#refresh(ids);
  }

  stop(): void {
    this.#watch.close();
  }

  #refresh(ids: readonly string[]): void {
    for (const id of ids) this.#due.add(id);
    if (!this.#reading) void this.#readDue();
  }

  async #readDue(): Promise<void> {
    this.#reading = true;
    try {
      while (this.#due.size > 0) {
        const missing = new Set(this.#due);
        this.#due.clear();
        for await (const task of this.read([...missing])) {
          missing.delete(task.id);
          this.#tell(task);
        }
        for (const id of missing) this.#lose(id);
      }
    } catch (error) {
      // They are read again at the next self-check.
      this.#due.clear();
      this.follower.failed(error);
    } finally {
      this.#reading = false;
    }
  }

  #tell(task: TaskRecord): void {
    if (!this.#watch.has(task) || task.version <= (this.#versions.get(task.id) ?? 0)) return;
    this.#versions.set(task.id, task.version);
    // There are no more changes, and each refresh costs the store a read.
    if (!isOpen(task)) this.#watch.drop(task);
    this.follower.changed(task);
  }

  #lose(id: string): void {
    const key = { principal: this.principal, id };
    if (!this.#watch.has(key)) return;
    this.#watch.drop(key);
    this.follower.gone?.(id);
  }
}
