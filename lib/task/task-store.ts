import type {
  TaskAnswer,
  TaskKey,
  TaskCheckpoint,
  TaskSpec,
  TaskPatch,
  TaskRecord,
  TaskStatus,
} from './task-record.js';

/** What became of an attempt: the task as it is now, and whether the attempt is the reason. */
export interface TaskMove {
  readonly moved: boolean;
  readonly task: TaskRecord;
}

/** Names the last task of a page. */
export type TaskPosition = Pick<TaskRecord, 'createdAt' | 'id'>;

/**
 * Where tasks live. An abstract class, so that it is its own injection token:
 * `{ provide: TaskStore, useClass: MyStore }` replaces it.
 *
 * Contract, checked by `taskStoreContract()` of `nestjs-mcp-fleet/testing`:
 * - A task exists from when `create` has resolved, on every instance (T1-6), until `ttlMs` later. Then every method
 *   treats it as unknown; nothing resurrects it, and nothing of it is left.
 * - A key whose principal differs from the owner's is unknown, in every method.
 * - Any instance may call any method for any task at any time; each call is atomic.
 * - `completed`, `failed` and `cancelled` are final: no call changes anything about such a task (P13).
 * - Time is the store's: no clock of an instance decides on expiry or leases (P11).
 * - A method rejects only when the backend is away; "unknown" is an answer (`undefined`, `false`), not an error.
 */
export abstract class TaskStore {
  /** Whether leases may run out because nobody could reach the store. Then no worker counts as lost at the first look. */
  readonly mayBeUnavailable: boolean = false;

  /**
   * Called once per key: task ids never repeat. The task begins `working`, in its first run (fence 1), leased to the
   * caller. The spec is copied, as JSON.
   *
   * @throws {TaskLimitError} when the store holds as many tasks as it may.
   */
  abstract create(spec: TaskSpec, leaseMs: number): Promise<TaskRecord>;

  abstract load(key: TaskKey): Promise<TaskRecord | undefined>;

  /**
   * Compare-and-set: goes from one of `from` to `to`, which may be the same, and patches. With a final state the
   * outstanding questions, the answers and the lease go away.
   *
   * @param fence moves only while this run is the task's current one
   * @returns `undefined` for an unknown task
   */
  abstract move(
    key: TaskKey,
    from: readonly TaskStatus[],
    to: TaskStatus,
    patch?: TaskPatch,
    fence?: number,
  ): Promise<TaskMove | undefined>;

  /**
   * Takes answers to outstanding questions: the first to a key wins, keys nobody asks about are ignored. With the last
   * one the task goes back to `working` (T1-11).
   */
  abstract answer(key: TaskKey, answers: Readonly<Record<string, TaskAnswer>>): Promise<TaskMove | undefined>;

  /** Adds to what a further run need not do again. No change a client sees. @returns false when the run is over */
  abstract saveCheckpoint(key: TaskKey, fence: number, checkpoint: Partial<TaskCheckpoint>): Promise<boolean>;

  /** Keeps the lease of a run for `leaseMs` from now. @returns false when the task is over, unknown, or another's */
  abstract renew(key: TaskKey, fence: number, leaseMs: number): Promise<boolean>;

  /** Lets go of the lease, so that any instance may take the task over at once. @returns like `renew` */
  abstract release(key: TaskKey, fence: number): Promise<boolean>;

  /**
   * Takes over an open task whose lease has run out: the next fence, `working`, leased to the caller; questions of the
   * run before are void. Of several that try, one gets it. There is no sweeper: whoever meets an orphan does this (§5.6).
   */
  abstract claim(key: TaskKey, leaseMs: number): Promise<TaskRecord | undefined>;

  /** Tasks of a principal by creation, oldest first. @param after where the page before ended, also when that is gone */
  abstract list(principal: string, limit: number, after?: TaskPosition): Promise<readonly TaskRecord[]>;
}

/** The store is full; the client is told to come back later. */
export class TaskLimitError extends Error {
  override readonly name = 'TaskLimitError';
  constructor(readonly limit: number) {
    super(`The task store holds its limit of ${limit} tasks.`);
  }
}
