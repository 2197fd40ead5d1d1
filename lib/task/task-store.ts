import type {
  TaskAnswer,
  TaskKey,
  TaskCheckpoint,
  TaskSpec,
  TaskPatch,
  TaskRecord,
  TaskStatus,
} from './task-record.js';
import type { TaskOverview } from './task-overview.js';
import { knownAcrossCopies } from '../packages/known-across-copies.js';

/**
 * The result of an attempt to change a task.
 *
 * @publicApi
 */
export interface TaskMove {
  /** Whether this call changed the task. */
  readonly moved: boolean;
  /** The task as it is now. */
  readonly task: TaskRecord;
}

/**
 * The position of a task in the list of its owner; names the last task of the previous page.
 *
 * @publicApi
 */
export type TaskPosition = Pick<TaskRecord, 'createdAt' | 'id'>;

/** How many tasks `loadMany` reads at once by default. */
const READ_AHEAD = 16;

/**
 * Stores the tasks of a server: what each has to do, its state, its questions and answers, its result, and which worker
 * has it. All changes are compare-and-set, so that instances need no other lock.
 *
 * The class is abstract, so that it is its own injection token. The module brings `MemoryTaskStore`, or one on Redis
 * when the option `redis` is set.
 *
 * Terms: a *run* is one execution of the tool; its number is the *fence*. A run holds a *lease* and renews it. A task
 * is *orphaned* when it is open and its lease has expired.
 *
 * The server passes TTLs and leases to each call. Their defaults are the module options `taskTtlMs` and `taskLeaseMs`;
 * `maxTasks` (10 000) applies to the task stores of the module, and a replacement has its own limit.
 *
 * Contract, checked by `taskStoreContract()` of `nestjs-mcp-fleet/testing`:
 *
 * - **Lifetime.** A task exists on every instance from the moment `create` has resolved (TASK-6) until `ttlMs` later.
 *   Then every method treats it as unknown; nothing brings it back, and nothing of it is left.
 * - **Isolation.** A key whose principal is not the owner of the task is unknown to every method.
 * - **Atomic.** Any instance may call any method for any task at any time, and each call is atomic.
 * - **Final states.** `completed`, `failed` and `cancelled` are final: no call changes such a task (P13).
 * - **Fencing.** A run that has lost its task to a later one changes nothing any more (F17).
 * - **Time.** The clock of the store decides on expiry and leases, never the clock of an instance (P11).
 * - **Errors.** A method rejects only when the backend is unavailable, or with the `TaskLimitError` it documents.
 *   "Unknown" is a result (`undefined` or `false`), not an error.
 *
 * @example
 * ```ts
 * // Replaces the task store of one server
 * McpModule.forRoot({ name: 'weather', version: '1.0.0', providers: [{ provide: TaskStore, useClass: MyTaskStore }] });
 * ```
 *
 * @publicApi
 */
export abstract class TaskStore {
  static {
    knownAcrossCopies(this, 'TaskStore');
  }

  /**
   * Whether the store can be unreachable, so that leases can expire although their workers are alive. If so, an
   * orphaned task is checked a second time before it is taken over. Defaults to false.
   */
  readonly mayBeUnavailable: boolean = false;

  /**
   * Creates a task, which begins as `working` in its first run (fence 1), leased to the caller for `leaseMs`. It is
   * called once per key, as task ids never repeat. The store keeps a copy of the spec as JSON.
   *
   * @throws {TaskLimitError} when the store already holds as many tasks as it may
   */
  abstract create(spec: TaskSpec, leaseMs: number): Promise<TaskRecord>;

  /** Reads a task. Returns `undefined` for an unknown one. */
  abstract load(key: TaskKey): Promise<TaskRecord | undefined>;

  /**
   * Reads several tasks of one principal, and yields those that exist, each as it was when it was read, in any order.
   * It does not read far ahead of its consumer, because records may be large. By default each is read by `load`.
   */
  async *loadMany(principal: string, ids: readonly string[]): AsyncIterable<TaskRecord> {
    for (let start = 0; start < ids.length; start += READ_AHEAD) {
      const page = ids.slice(start, start + READ_AHEAD);
      const tasks = await Promise.all(page.map((id) => this.load({ principal, id })));
      for (const task of tasks) if (task) yield task;
    }
  }

  /**
   * Moves a task to another state, or to the same one, and applies the patch, but only if the task is in one of the
   * `from` states. A final state drops the outstanding questions, the answers and the lease.
   *
   * @param fence if given, the task moves only while this is its current run
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
   * Records answers to outstanding questions. The first answer to a key wins, and keys without a question are ignored.
   * The last outstanding answer moves the task back to `working` (TASK-11).
   *
   * @returns `undefined` for an unknown task
   */
  abstract answer(key: TaskKey, answers: Readonly<Record<string, TaskAnswer>>): Promise<TaskMove | undefined>;

  /**
   * Adds to what another run does not need to ask or do again. Clients do not see this as a change of the task.
   *
   * @returns false when this run is no longer the current one, or the task has ended or is unknown
   */
  abstract saveCheckpoint(key: TaskKey, fence: number, checkpoint: Partial<TaskCheckpoint>): Promise<boolean>;

  /**
   * Extends the lease of a run to `leaseMs` from now.
   *
   * @returns false when this run is no longer the current one, or the task has ended or is unknown
   */
  abstract renew(key: TaskKey, fence: number, leaseMs: number): Promise<boolean>;

  /**
   * Gives up the lease of a run, so that any instance can claim the task immediately.
   *
   * @returns false when this run is no longer the current one, or the task has ended or is unknown
   */
  abstract release(key: TaskKey, fence: number): Promise<boolean>;

  /**
   * Claims an orphaned task for its next run: the fence increases by one, the state becomes `working`, and the task is
   * leased to the caller for `leaseMs`. The questions of the previous run are void. Of several concurrent claims, one
   * succeeds. There is no sweeper: every instance that reads an orphaned task calls this (§5.6).
   *
   * @returns `undefined` when the task is unknown, has ended, or has a valid lease
   */
  abstract claim(key: TaskKey, leaseMs: number): Promise<TaskRecord | undefined>;

  /**
   * Lists the tasks of a principal in the order of their creation, oldest first. Fewer than `limit` tasks mean that
   * there are no more.
   *
   * @param after the last task of the previous page, which may have expired since
   */
  abstract list(principal: string, limit: number, after?: TaskPosition): Promise<readonly TaskRecord[]>;

  /**
   * Some of the tasks of all owners, newest first, for who operates the server: it must never serve a client's request. A
   * store that cannot tell needs no method of its own.
   */
  async recent(_limit: number): Promise<readonly TaskOverview[]> {
    return [];
  }
}

/**
 * Thrown by a `TaskStore` that is full. The client is asked to try again later.
 *
 * @publicApi
 */
export class TaskLimitError extends Error {
  static {
    knownAcrossCopies(this, 'TaskLimitError');
  }

  override readonly name = 'TaskLimitError';

  /** @param limit the maximum number of tasks in the store */
  constructor(readonly limit: number) {
    super(`The task store holds its limit of ${limit} tasks.`);
  }
}
