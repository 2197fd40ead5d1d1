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
import type { RedisCommands } from '../connection/redis-commands.js';
import type { ScriptName } from '../connection/scripts.js';
import { packAll, packCheckpoint, packPatch, type TaskReply, unpackTask } from './task-fields.js';
import { TaskLists } from './task-lists.js';

export interface RedisTaskStoreOptions {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  /** Maximum number of tasks of all instances together, including those that have ended. */
  readonly maxTasks: number;
}

type Argument = string | number;

/** The tasks of a fleet. Each task is one hash and each method one script. Redis expires them by its own clock. */
export class RedisTaskStore extends TaskStore {
  override readonly mayBeUnavailable = true;
  readonly #commands: RedisCommands;
  readonly #keys: RedisKeys;
  readonly #lists: TaskLists;
  readonly #maxTasks: number;

  constructor({ commands, keys, maxTasks }: RedisTaskStoreOptions) {
    super();
    this.#commands = commands;
    this.#keys = keys;
    this.#lists = new TaskLists(commands, keys, maxTasks);
    this.#maxTasks = maxTasks;
  }

  override async create(spec: TaskSpec, leaseMs: number): Promise<TaskRecord> {
    const { checkpoint, ttlMs } = spec;
    if (!(await this.#lists.admit(spec, ttlMs))) throw new TaskLimitError(this.#maxTasks);
    const specText = JSON.stringify({ ...spec, checkpoint: undefined });
    const args = [newToken(), specText, ttlMs, leaseMs, ...packCheckpoint(checkpoint)];
    const created = await this.#runOnTask('createTask', spec, args);
    if (!created) throw new Error('A task with this key already exists; task ids must never repeat.');
    // Listed last, because its creation time must be known. If the instance dies in between, no client knows the task.
    await this.#lists.add(spec, created.task.createdAt, ttlMs);
    return created.task;
  }

  override async load(key: TaskKey): Promise<TaskRecord | undefined> {
    return (await this.#runOnTask('loadTask', key, []))?.task;
  }

  override move(
    key: TaskKey,
    from: readonly TaskStatus[],
    to: TaskStatus,
    { inputRequests = {}, ...patch }: TaskPatch = {},
    fence?: number,
  ): Promise<TaskMove | undefined> {
    const fields = packPatch(patch);
    const questions = packAll('', inputRequests);
    const args = [newToken(), from.join(','), to, fence ?? '', fields.length, ...fields, ...questions];
    return this.#runOnTask('moveTask', key, args);
  }

  override answer(key: TaskKey, answers: Readonly<Record<string, TaskAnswer>>): Promise<TaskMove | undefined> {
    return this.#runOnTask('answerTask', key, [newToken(), ...packAll('', answers)]);
  }

  override saveCheckpoint(key: TaskKey, fence: number, checkpoint: Partial<TaskCheckpoint>): Promise<boolean> {
    return this.#runOnRun('saveCheckpoint', key, [fence, ...packCheckpoint(checkpoint)]);
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
      const tasks = await Promise.all(page.map(({ id }) => this.load({ principal, id })));
      found.push(...tasks.filter((task) => task !== undefined));
      more = page.length === missing;
      position = page.at(-1);
    }
    return found;
  }

  /** Runs a script that returns the task as it is afterwards. */
  async #runOnTask(script: ScriptName, key: TaskKey, args: readonly Argument[]): Promise<TaskMove | undefined> {
    const reply = await this.#commands.for(key.principal).run<TaskReply | null>(script, [this.#keys.task(key)], args);
    const task = reply && unpackTask(reply);
    return task ? { moved: reply[0] === 1, task } : undefined;
  }

  /** Runs a script that returns whether the run is still the current one. */
  async #runOnRun(script: ScriptName, key: TaskKey, args: readonly Argument[]): Promise<boolean> {
    return (await this.#commands.for(key.principal).run<number>(script, [this.#keys.task(key)], args)) === 1;
  }
}

/** Identifies one call, so that a script recognizes a command that is sent again after a lost connection. */
const newToken = (): string => randomBytes(9).toString('base64url');
