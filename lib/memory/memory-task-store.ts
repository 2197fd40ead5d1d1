import { taskKeyText } from '../task/task-id.js';
import {
  isOpen,
  type TaskAnswer,
  type TaskKey,
  type TaskCheckpoint,
  type TaskSpec,
  type TaskPatch,
  type TaskRecord,
  type TaskStatus,
} from '../task/task-record.js';
import { TaskLimitError, type TaskMove, type TaskPosition, TaskStore } from '../task/task-store.js';
import type { StoredBytes } from '../limits/stored-bytes.js';
import { StorageLimitError } from '../session/storage-limit.js';
import type { TaskOverview } from '../task/task-overview.js';
import { type Clock, steadyClock } from './clock.js';
import { frozenCopy } from './frozen-copy.js';
import { SetIndex } from './set-index.js';
import { sweepEvery, sweepPeriodMs } from './sweep.js';

/** The options of `MemoryTaskStore`. */
export interface MemoryTaskStoreOptions {
  /** Maximum number of tasks, including ended ones until their TTL is over. Default: 10 000. */
  readonly maxTasks?: number;
  /** Default: a clock that never jumps. */
  readonly clock?: Clock;
  /** Where the bytes of tasks are counted. Default: nowhere. @internal */
  readonly stored?: StoredBytes;
}

/** A stored task. Each change replaces the record, which is never modified. */
interface TaskEntry {
  record: TaskRecord;
  leasedUntil: number;
  readonly expiresAt: number;
  /** Whose share it counts for. */
  readonly client: string;
  bytes: number;
}

/** About what a task costs beside its values, bytes. */
const TASK_BYTES = 1024;

/** A change that is not larger is stored in any case, so that a task can always end. */
const SMALL_BYTES = 4096;

/**
 * A task store in memory, for a single process. It is the default without Redis. Each method completes its work in one
 * tick, which makes it atomic.
 *
 * @publicApi
 */
export class MemoryTaskStore extends TaskStore {
  readonly #entries = new Map<string, TaskEntry>();
  readonly #byPrincipal = new SetIndex<TaskEntry>();
  readonly #maxTasks: number;
  readonly #stored: StoredBytes | undefined;
  readonly #now: Clock;
  readonly #stopSweep: () => void;

  constructor(options: MemoryTaskStoreOptions = {}) {
    super();
    this.#maxTasks = options.maxTasks ?? 10_000;
    this.#stored = options.stored;
    this.#now = options.clock ?? steadyClock;
    this.#stopSweep = sweepEvery(sweepPeriodMs(Number.POSITIVE_INFINITY), () => this.#sweep());
  }

  /** The current contents. All values are zero once every task has expired. */
  get sizes(): { tasks: number; principals: number } {
    return { tasks: this.#entries.size, principals: this.#byPrincipal.size };
  }

  async create(spec: TaskSpec, leaseMs: number): Promise<TaskRecord> {
    if (this.#entries.size >= this.#maxTasks) this.#sweep();
    if (this.#entries.size >= this.#maxTasks) throw new TaskLimitError(this.#maxTasks);
    const text = taskKeyText(spec);
    if (this.#entries.has(text)) throw new Error('A task with this key already exists; task ids must be unique.');
    const now = this.#now();
    const times = { createdAt: now, updatedAt: now, version: 1, fence: 1, orphaned: false };
    const record = frozenCopy<TaskRecord>({ ...spec, ...times, status: 'working', inputRequests: {}, answers: {} });
    const client = spec.caller.client ?? spec.principal;
    const bytes = TASK_BYTES + sizeOf(record);
    this.#take(client, bytes);
    const entry = { record, leasedUntil: now + leaseMs, expiresAt: now + spec.ttlMs, client, bytes };
    this.#entries.set(text, entry);
    this.#byPrincipal.add(spec.principal, entry);
    return record;
  }

  async load(key: TaskKey): Promise<TaskRecord | undefined> {
    const entry = this.#entry(key);
    return entry && this.#snapshot(entry);
  }

  async move(
    key: TaskKey,
    from: readonly TaskStatus[],
    to: TaskStatus,
    patch: TaskPatch = {},
    fence?: number,
  ): Promise<TaskMove | undefined> {
    const entry = this.#entry(key);
    if (!entry) return undefined;
    const { record } = entry;
    const matches = isOpen(record) && from.includes(record.status) && (fence === undefined || fence === record.fence);
    if (!matches) return { moved: false, task: this.#snapshot(entry) };
    const { inputRequests: added, ...rest } = frozenCopy(patch);
    const open = isOpen({ status: to });
    const inputRequests = open ? { ...record.inputRequests, ...added } : {};
    // Nothing runs an ended task again: what it was called with is no longer needed.
    const ended = open ? { answers: record.answers } : { answers: {}, arguments: {}, checkpoint: NO_CHECKPOINT };
    this.#change(entry, { ...rest, ...ended, status: to, inputRequests });
    return { moved: true, task: this.#snapshot(entry) };
  }

  async answer(key: TaskKey, given: Readonly<Record<string, TaskAnswer>>): Promise<TaskMove | undefined> {
    const entry = this.#entry(key);
    if (!entry) return undefined;
    const inputRequests = { ...entry.record.inputRequests };
    const taken = Object.entries(given).filter(([name]) => Object.hasOwn(inputRequests, name));
    if (taken.length === 0) return { moved: false, task: this.#snapshot(entry) };
    for (const [name] of taken) delete inputRequests[name];
    const answers = { ...entry.record.answers, ...frozenCopy(Object.fromEntries(taken)) };
    const status = Object.keys(inputRequests).length === 0 ? 'working' : 'input_required';
    this.#change(entry, { status, inputRequests, answers });
    return { moved: true, task: this.#snapshot(entry) };
  }

  async saveCheckpoint(key: TaskKey, fence: number, { answered, steps }: Partial<TaskCheckpoint>): Promise<boolean> {
    const entry = this.#currentRun(key, fence);
    if (!entry) return false;
    const { checkpoint } = entry.record;
    const added = frozenCopy({ answered, steps });
    const merged = {
      answered: { ...checkpoint.answered, ...added.answered },
      steps: { ...checkpoint.steps, ...added.steps },
    };
    this.#account(entry, { checkpoint: merged });
    entry.record = Object.freeze({ ...entry.record, checkpoint: freezeMembers(merged) });
    return true;
  }

  async renew(key: TaskKey, fence: number, leaseMs: number): Promise<boolean> {
    const entry = this.#currentRun(key, fence);
    if (entry) entry.leasedUntil = this.#now() + leaseMs;
    return entry !== undefined;
  }

  async release(key: TaskKey, fence: number): Promise<boolean> {
    return this.renew(key, fence, 0);
  }

  async claim(key: TaskKey, leaseMs: number): Promise<TaskRecord | undefined> {
    const entry = this.#entry(key);
    if (!entry || !this.#snapshot(entry).orphaned) return undefined;
    entry.leasedUntil = this.#now() + leaseMs;
    this.#change(entry, { fence: entry.record.fence + 1, status: 'working', inputRequests: {}, answers: {} });
    return this.#snapshot(entry);
  }

  async list(principal: string, limit: number, after?: TaskPosition): Promise<readonly TaskRecord[]> {
    const own = [...(this.#byPrincipal.get(principal) ?? [])].filter((entry) => this.#isLive(entry));
    const later = own.filter(({ record }) => after === undefined || byCreation(record, after) > 0);
    later.sort((a, b) => byCreation(a.record, b.record));
    return later.slice(0, limit).map((entry) => this.#snapshot(entry));
  }

  /** Stops the sweep. */
  close(): void {
    this.#stopSweep();
  }

  #change(entry: TaskEntry, changes: Partial<TaskRecord>): void {
    this.#account(entry, changes);
    const { version } = entry.record;
    entry.record = Object.freeze({
      ...entry.record,
      ...freezeMembers(changes),
      updatedAt: this.#now(),
      version: version + 1,
    });
  }

  override async recent(limit: number): Promise<readonly TaskOverview[]> {
    const tasks: TaskOverview[] = [];
    // The map is in the order of creation.
    for (const entry of [...this.#entries.values()].reverse()) {
      if (tasks.length >= limit) break;
      if (this.#isLive(entry)) tasks.push(overviewOf(this.#snapshot(entry)));
    }
    return tasks;
  }

  /** @throws {StorageLimitError} before anything is changed */
  #account(entry: TaskEntry, changes: Partial<TaskRecord>): void {
    if (!this.#stored) return;
    let growth = 0;
    for (const [name, value] of Object.entries(changes) as [keyof TaskRecord, unknown][]) {
      if (typeof value === 'object') growth += sizeOf(value) - sizeOf(entry.record[name]);
    }
    if (growth > SMALL_BYTES) this.#take(entry.client, growth);
    else this.#stored.change(entry.client, growth);
    entry.bytes += growth;
  }

  #take(client: string, bytes: number): void {
    const refusal = this.#stored?.take(client, bytes);
    if (refusal) throw new StorageLimitError(refusal);
  }

  #snapshot({ record, leasedUntil }: TaskEntry): TaskRecord {
    const orphaned = isOpen(record) && leasedUntil <= this.#now();
    return orphaned ? Object.freeze({ ...record, orphaned }) : record;
  }

  /** The task, if the fence belongs to its current run and the run has not ended. */
  #currentRun(key: TaskKey, fence: number): TaskEntry | undefined {
    const entry = this.#entry(key);
    return entry && isOpen(entry.record) && entry.record.fence === fence ? entry : undefined;
  }

  #entry(key: TaskKey): TaskEntry | undefined {
    const entry = this.#entries.get(taskKeyText(key));
    return entry && this.#isLive(entry) ? entry : undefined;
  }

  /** Whether the task is live. Removes it if it has expired. */
  #isLive(entry: TaskEntry): boolean {
    if (entry.expiresAt > this.#now()) return true;
    if (this.#entries.delete(taskKeyText(entry.record))) this.#stored?.change(entry.client, -entry.bytes);
    this.#byPrincipal.delete(entry.record.principal, entry);
    return false;
  }

  #sweep(): void {
    for (const entry of this.#entries.values()) this.#isLive(entry);
  }
}

const NO_CHECKPOINT: TaskCheckpoint = Object.freeze({ answered: Object.freeze({}), steps: Object.freeze({}) });

const sizeOf = (value: unknown): number => (value === undefined ? 0 : JSON.stringify(value).length);

/** Freezes the members of an object that were assembled here from frozen parts. */
function freezeMembers<T extends object>(changes: T): T {
  for (const member of Object.values(changes)) Object.freeze(member);
  return changes;
}

function overviewOf({ inputRequests, ...task }: TaskRecord): TaskOverview {
  const { principal, id, tool, caller, ttlMs, status, statusMessage, createdAt, updatedAt, fence, orphaned } = task;
  const questions = Object.keys(inputRequests).length;
  return {
    ...{ principal, id, tool, caller, ttlMs, status, createdAt, updatedAt, fence, orphaned, questions },
    ...(statusMessage !== undefined && { statusMessage }),
  };
}

function byCreation(a: TaskPosition, b: TaskPosition): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
