import { randomBytes } from 'node:crypto';
import type {
  TaskAnswer,
  TaskKey,
  TaskCheckpoint,
  TaskSpec,
  TaskPatch,
  TaskRecord,
  TaskStatus,
} from '../../task/task-record.js';
import { TaskLimitError, type TaskMove, type TaskPosition, TaskStore } from '../../task/task-store.js';
import type { RedisKeys } from '../keys.js';
import { type RedisCommands, RedisRefusedError } from '../connection/redis-commands.js';
import type { ScriptName } from '../connection/scripts.js';
import type { StoredLedger } from '../stored/stored-ledger.js';
import { StoredTasks } from '../stored/stored-tasks.js';
import { packAll, packCheckpoint, packPatch, type TaskReply, unpackTask } from './task-fields.js';
import type { TaskOverview } from '../../task/task-overview.js';
import { recentTasks } from './recent-tasks.js';
import { TaskLists } from './task-lists.js';

export interface RedisTaskStoreOptions {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  /** Maximum number of tasks of all instances together, including those that have ended. */
  readonly maxTasks: number;
  /** The account of what is stored (none). */
  readonly stored?: StoredLedger;
  /** The clock of Redis, ms. Default: that of this process. */
  readonly now?: () => number;
}

type Argument = string | number;

/** Tasks that one script reads: a longer one would delay everybody else. */
const MAX_LOADED = 100;
/** Characters of tasks after which the script reads no further one. */
const MAX_LOADED_CHARACTERS = 1024 * 1024;

/** The tasks of a fleet. Each task is one hash and each method one script. Redis expires them by its own clock. */
export class RedisTaskStore extends TaskStore {
  override readonly mayBeUnavailable = true;
  readonly #commands: RedisCommands;
  readonly #keys: RedisKeys;
  readonly #lists: TaskLists;
  readonly #maxTasks: number;
  readonly #now: () => number;
  readonly #stored: StoredTasks | undefined;
  /** Known from the first script with several tasks, also behind a proxy that hides its cluster. */
  #onCluster = false;

  constructor({ commands, keys, maxTasks, stored, now = Date.now }: RedisTaskStoreOptions) {
    super();
    this.#commands = commands;
    this.#keys = keys;
    this.#lists = new TaskLists(commands, keys, maxTasks);
    this.#maxTasks = maxTasks;
    this.#now = now;
    this.#stored = stored && new StoredTasks(stored);
  }

  override async create(spec: TaskSpec, leaseMs: number): Promise<TaskRecord> {
    const { checkpoint, ttlMs } = spec;
    const specText = JSON.stringify({ ...spec, checkpoint: undefined, arguments: undefined });
    const inputs = ['g', JSON.stringify(spec.arguments), ...packCheckpoint(checkpoint)];
    await this.#stored?.admit(spec, [specText, ...inputs]);
    if (!(await this.#lists.admit(spec, ttlMs))) throw new TaskLimitError(this.#maxTasks);
    const args = [newToken(), specText, ttlMs, leaseMs, ...inputs];
    const created = await this.#runOnTask('createTask', spec, args);
    if (!created) throw new Error('A task with this key already exists; task ids must never repeat.');
    // Listed last, because its creation time must be known. If the instance dies in between, no client knows the task.
    await this.#lists.add(spec, created.task.createdAt, ttlMs);
    return created.task;
  }

  override async load(key: TaskKey): Promise<TaskRecord | undefined> {
    return (await this.#runOnTask('loadTask', key, []))?.task;
  }

  override async *loadMany(principal: string, ids: readonly string[]): AsyncIterable<TaskRecord> {
    let rest = ids;
    while (rest.length > 0 && !this.#onCluster) {
      const replies = await this.#loadFirst(principal, rest.slice(0, MAX_LOADED));
      rest = rest.slice(replies.length);
      for (const reply of replies) {
        const task = reply && unpackTask(reply);
        if (task) yield task;
      }
    }
    yield* super.loadMany(principal, rest);
  }

  override async move(
    key: TaskKey,
    from: readonly TaskStatus[],
    to: TaskStatus,
    { inputRequests = {}, ...patch }: TaskPatch = {},
    fence?: number,
  ): Promise<TaskMove | undefined> {
    const fields = packPatch(patch);
    const questions = packAll('', inputRequests);
    this.#stored?.requireRoom(key, [...fields, ...questions]);
    const args = [newToken(), from.join(','), to, fence ?? '', fields.length, ...fields, ...questions];
    return this.#runOnTask('moveTask', key, args);
  }

  override async answer(key: TaskKey, given: Readonly<Record<string, TaskAnswer>>): Promise<TaskMove | undefined> {
    const answers = packAll('', given);
    this.#stored?.requireRoom(key, answers);
    return this.#runOnTask('answerTask', key, [newToken(), ...answers]);
  }

  override async saveCheckpoint(key: TaskKey, fence: number, checkpoint: Partial<TaskCheckpoint>): Promise<boolean> {
    const fields = packCheckpoint(checkpoint);
    this.#stored?.requireRoom(key, fields);
    const saved = await this.#commands
      .for(key.principal)
      .run<0 | [bytes: number, ttlMs: number]>('saveCheckpoint', [this.#keys.task(key)], [fence, ...fields]);
    if (saved === 0) return false;
    this.#stored?.checkpointed(key, ...saved);
    return true;
  }

  override renew(key: TaskKey, fence: number, leaseMs: number): Promise<boolean> {
    return this.#runOnRun('renewLease', key, [fence, leaseMs]);
  }

  override release(key: TaskKey, fence: number): Promise<boolean> {
    return this.renew(key, fence, 0);
  }

  override async claim(key: TaskKey, leaseMs: number): Promise<TaskRecord | undefined> {
    return (await this.#runOnTask('claimTask', key, [newToken(), leaseMs]))?.task;
  }

  override async list(principal: string, limit: number, after?: TaskPosition): Promise<readonly TaskRecord[]> {
    const found: TaskRecord[] = [];
    // The list may name tasks that no longer exist, so it is read until the page is full: a short page means the end.
    for (let position = after, more = true; more && found.length < limit;) {
      const missing = limit - found.length;
      const page = await this.#lists.page(principal, missing, position);
      const ids = page.map(({ id }) => id);
      const tasks = new Map<string, TaskRecord>();
      for await (const task of this.loadMany(principal, ids)) tasks.set(task.id, task);
      found.push(...ids.map((id) => tasks.get(id)).filter((task) => task !== undefined));
      more = page.length === missing;
      position = page.at(-1);
    }
    return found;
  }

  override recent(limit: number): Promise<readonly TaskOverview[]> {
    return recentTasks(this.#commands, this.#keys, limit, this.#now());
  }

  /**
   * Reads the first of some tasks with one script: all of them, unless they are large.
   *
   * @returns nothing on a cluster, which refuses a script whose keys are in different slots
   */
  async #loadFirst(principal: string, ids: readonly string[]): Promise<readonly (TaskReply | null)[]> {
    const keys = ids.map((id) => this.#keys.task({ principal, id }));
    try {
      return await this.#commands.for(principal).run('loadTasks', keys, [MAX_LOADED_CHARACTERS]);
    } catch (error) {
      if (!(error instanceof RedisRefusedError && error.code === 'CROSSSLOT')) throw error;
      this.#onCluster = true;
      return [];
    }
  }

  /** Runs a script that returns the task as it is afterwards. */
  async #runOnTask(script: ScriptName, key: TaskKey, args: readonly Argument[]): Promise<TaskMove | undefined> {
    const reply = await this.#run<TaskReply | null>(script, key, args);
    const task = reply && unpackTask(reply);
    if (task && reply[0] === 1) this.#stored?.changed(task, reply[2]);
    return task ? { moved: reply[0] === 1, task } : undefined;
  }

  /** Runs a script that returns whether the run is still the current one. */
  async #runOnRun(script: ScriptName, key: TaskKey, args: readonly Argument[]): Promise<boolean> {
    return (await this.#run<number>(script, key, args)) === 1;
  }

  /** @returns `null` for a key of another type, which nobody of us wrote: that task is unknown */
  async #run<T>(script: ScriptName, key: TaskKey, args: readonly Argument[]): Promise<T | null> {
    try {
      return await this.#commands.for(key.principal).run<T>(script, [this.#keys.task(key)], args);
    } catch (error) {
      if (error instanceof RedisRefusedError && error.code === 'WRONGTYPE') return null;
      throw error;
    }
  }
}

/** Identifies one call, so that a script recognizes a command that is sent again after a lost connection. */
const newToken = (): string => randomBytes(9).toString('base64url');
