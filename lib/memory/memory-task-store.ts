import { taskKeyText } from '../task/task-id.js';
import {
  isOpen,
  type TaskAnswer,
  type TaskKey,
  type TaskMemo,
  type TaskOrder,
  type TaskPatch,
  type TaskRecord,
  type TaskStatus,
} from '../task/task-record.js';
import { TaskLimitError, type TaskMove, type TaskPosition, TaskStore } from '../task/task-store.js';
import { type Clock, steadyClock } from './clock.js';
import { frozenCopy } from './frozen-copy.js';
import { SetIndex } from './set-index.js';
import { sweepEvery, sweepPeriodMs } from './sweep.js';

export interface MemoryTaskStoreOptions {
  /** (10 000) */
  readonly maxTasks?: number;
  readonly clock?: Clock;
}

/** One task as it lies here; the record is replaced with each change, never altered. */
interface Resident {
  record: TaskRecord;
  leasedUntil: number;
  readonly expiresAt: number;
}

/** The tasks of one process. Each method does its work in one tick: that is all its atomicity. */
export class MemoryTaskStore extends TaskStore {
  readonly #residents = new Map<string, Resident>();
  readonly #byPrincipal = new SetIndex<Resident>();
  readonly #maxTasks: number;
  readonly #now: Clock;
  readonly #stopSweep: () => void;

  constructor(options: MemoryTaskStoreOptions = {}) {
    super();
    this.#maxTasks = options.maxTasks ?? 10_000;
    this.#now = options.clock ?? steadyClock;
    this.#stopSweep = sweepEvery(sweepPeriodMs(Number.POSITIVE_INFINITY), () => this.#sweep());
  }

  /** What is held right now; all zero once every task has expired. */
  get sizes(): { tasks: number; principals: number } {
    return { tasks: this.#residents.size, principals: this.#byPrincipal.size };
  }

  async create(order: TaskOrder, leaseMs: number): Promise<TaskRecord> {
    if (this.#residents.size >= this.#maxTasks) this.#sweep();
    if (this.#residents.size >= this.#maxTasks) throw new TaskLimitError(this.#maxTasks);
    const text = taskKeyText(order);
    if (this.#residents.has(text)) throw new Error('A task of this key exists; task ids must never repeat.');
    const now = this.#now();
    const times = { createdAt: now, updatedAt: now, version: 1, fence: 1, orphaned: false };
    const record = frozenCopy<TaskRecord>({ ...order, ...times, status: 'working', inputRequests: {}, answers: {} });
    const resident = { record, leasedUntil: now + leaseMs, expiresAt: now + order.ttlMs };
    this.#residents.set(text, resident);
    this.#byPrincipal.add(order.principal, resident);
    return record;
  }

  async load(key: TaskKey): Promise<TaskRecord | undefined> {
    const resident = this.#resident(key);
    return resident && this.#seen(resident);
  }

  async move(
    key: TaskKey,
    from: readonly TaskStatus[],
    to: TaskStatus,
    patch: TaskPatch = {},
    fence?: number,
  ): Promise<TaskMove | undefined> {
    const resident = this.#resident(key);
    if (!resident) return undefined;
    const { record } = resident;
    const fits = isOpen(record) && from.includes(record.status) && (fence === undefined || fence === record.fence);
    if (!fits) return { moved: false, task: this.#seen(resident) };
    const { inputRequests: asked, ...rest } = frozenCopy(patch);
    const open = isOpen({ status: to });
    const inputRequests = open ? { ...record.inputRequests, ...asked } : {};
    this.#change(resident, { ...rest, status: to, inputRequests, answers: open ? record.answers : {} });
    return { moved: true, task: this.#seen(resident) };
  }

  async answer(key: TaskKey, given: Readonly<Record<string, TaskAnswer>>): Promise<TaskMove | undefined> {
    const resident = this.#resident(key);
    if (!resident) return undefined;
    const inputRequests = { ...resident.record.inputRequests };
    const taken = Object.entries(given).filter(([name]) => Object.hasOwn(inputRequests, name));
    if (taken.length === 0) return { moved: false, task: this.#seen(resident) };
    for (const [name] of taken) delete inputRequests[name];
    const answers = { ...resident.record.answers, ...frozenCopy(Object.fromEntries(taken)) };
    const status = Object.keys(inputRequests).length === 0 ? 'working' : 'input_required';
    this.#change(resident, { status, inputRequests, answers });
    return { moved: true, task: this.#seen(resident) };
  }

  async remember(key: TaskKey, fence: number, { answered, steps }: Partial<TaskMemo>): Promise<boolean> {
    const resident = this.#run(key, fence);
    if (!resident) return false;
    const { memo } = resident.record;
    const added = frozenCopy({ answered, steps });
    const merged = { answered: { ...memo.answered, ...added.answered }, steps: { ...memo.steps, ...added.steps } };
    resident.record = Object.freeze({ ...resident.record, memo: sealed(merged) });
    return true;
  }

  async renew(key: TaskKey, fence: number, leaseMs: number): Promise<boolean> {
    const resident = this.#run(key, fence);
    if (resident) resident.leasedUntil = this.#now() + leaseMs;
    return resident !== undefined;
  }

  async release(key: TaskKey, fence: number): Promise<boolean> {
    return this.renew(key, fence, 0);
  }

  async claim(key: TaskKey, leaseMs: number): Promise<TaskRecord | undefined> {
    const resident = this.#resident(key);
    if (!resident || !this.#seen(resident).orphaned) return undefined;
    resident.leasedUntil = this.#now() + leaseMs;
    this.#change(resident, { fence: resident.record.fence + 1, status: 'working', inputRequests: {}, answers: {} });
    return this.#seen(resident);
  }

  async list(principal: string, limit: number, after?: TaskPosition): Promise<readonly TaskRecord[]> {
    const own = [...(this.#byPrincipal.get(principal) ?? [])].filter((resident) => this.#isLive(resident));
    const later = own.filter(({ record }) => after === undefined || byCreation(record, after) > 0);
    later.sort((a, b) => byCreation(a.record, b.record));
    return later.slice(0, limit).map((resident) => this.#seen(resident));
  }

  close(): void {
    this.#stopSweep();
  }

  #change(resident: Resident, changes: Partial<TaskRecord>): void {
    const { version } = resident.record;
    resident.record = Object.freeze({
      ...resident.record,
      ...sealed(changes),
      updatedAt: this.#now(),
      version: version + 1,
    });
  }

  #seen({ record, leasedUntil }: Resident): TaskRecord {
    const orphaned = isOpen(record) && leasedUntil <= this.#now();
    return orphaned ? Object.freeze({ ...record, orphaned }) : record;
  }

  /** The task, if this run of it is the current one and still on. */
  #run(key: TaskKey, fence: number): Resident | undefined {
    const resident = this.#resident(key);
    return resident && isOpen(resident.record) && resident.record.fence === fence ? resident : undefined;
  }

  #resident(key: TaskKey): Resident | undefined {
    const resident = this.#residents.get(taskKeyText(key));
    return resident && this.#isLive(resident) ? resident : undefined;
  }

  /** Removes what has expired, whoever comes across it first. */
  #isLive(resident: Resident): boolean {
    if (resident.expiresAt > this.#now()) return true;
    this.#residents.delete(taskKeyText(resident.record));
    this.#byPrincipal.delete(resident.record.principal, resident);
    return false;
  }

  #sweep(): void {
    for (const resident of this.#residents.values()) this.#isLive(resident);
  }
}

/** Members that were put together here, of parts that are frozen already. */
function sealed<T extends object>(changes: T): T {
  for (const member of Object.values(changes)) Object.freeze(member);
  return changes;
}

function byCreation(a: TaskPosition, b: TaskPosition): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
