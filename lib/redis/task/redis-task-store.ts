import { randomBytes } from 'node:crypto';
import { taskKeyText } from '../../task/task-id.js';
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

export interface RedisTaskStoreOptions {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  /** Of all instances together, ended ones too. */
  readonly maxTasks: number;
}

/** The tasks of a fleet, each one hash, each method one script on it. Redis expires them, and its clock decides. */
export class RedisTaskStore extends TaskStore {
  override readonly mayBeUnavailable = true;
  readonly #commands: RedisCommands;
  readonly #keys: RedisKeys;
  readonly #maxTasks: number;

  constructor({ commands, keys, maxTasks }: RedisTaskStoreOptions) {
    super();
    this.#commands = commands;
    this.#keys = keys;
    this.#maxTasks = maxTasks;
  }

  override async create(spec: TaskSpec, leaseMs: number): Promise<TaskRecord> {
    const { checkpoint, principal, id, ttlMs } = spec;
    const admission = [taskKeyText(spec), ttlMs, this.#maxTasks];
    if ((await this.#commands.run<number>('admitTask', [this.#keys.allTasks], admission)) !== 1) {
      throw new TaskLimitError(this.#maxTasks);
    }
    const fields = [
      newToken(),
      JSON.stringify({ ...spec, checkpoint: undefined }),
      ttlMs,
      leaseMs,
      ...packCheckpoint(checkpoint),
    ];
    const created = await this.#move('createTask', spec, fields);
    if (!created) throw new Error('A task of this key exists; task ids must never repeat.');
    // Listed last, by the time it was created at. An instance that dies in between has told nobody of the task.
    await this.#commands.run('listTask', this.#keys.tasksOf(principal), [id, created.task.createdAt, ttlMs]);
    return created.task;
  }

  override async load(key: TaskKey): Promise<TaskRecord | undefined> {
    return (await this.#move('loadTask', key, []))?.task;
  }

  override move(
    key: TaskKey,
    from: readonly TaskStatus[],
    to: TaskStatus,
    { inputRequests = {}, ...patch }: TaskPatch = {},
    fence?: number,
  ): Promise<TaskMove | undefined> {
    const fields = packPatch(patch);
    const state = [from.join(','), to, fence ?? ''];
    return this.#move('moveTask', key, [newToken(), ...state, fields.length, ...fields, ...packAll('', inputRequests)]);
  }

  override answer(key: TaskKey, answers: Readonly<Record<string, TaskAnswer>>): Promise<TaskMove | undefined> {
    return this.#move('answerTask', key, [newToken(), ...packAll('', answers)]);
  }

  override async saveCheckpoint(key: TaskKey, fence: number, checkpoint: Partial<TaskCheckpoint>): Promise<boolean> {
    return (
      (await this.#commands.run<number>(
        'saveCheckpoint',
        [this.#keys.task(key)],
        [fence, ...packCheckpoint(checkpoint)],
      )) === 1
    );
  }

  override async renew(key: TaskKey, fence: number, leaseMs: number): Promise<boolean> {
    return (await this.#commands.run<number>('renewLease', [this.#keys.task(key)], [fence, leaseMs])) === 1;
  }

  override release(key: TaskKey, fence: number): Promise<boolean> {
    return this.renew(key, fence, 0);
  }

  override async claim(key: TaskKey, leaseMs: number): Promise<TaskRecord | undefined> {
    return (await this.#move('claimTask', key, [newToken(), leaseMs]))?.task;
  }

  override async list(principal: string, limit: number, after?: TaskPosition): Promise<readonly TaskRecord[]> {
    const found: TaskRecord[] = [];
    // The list may name tasks that are gone; a page is short only at its end, as that is how its end is told.
    for (let at = after, more = true; more && found.length < limit;) {
      const wanted = limit - found.length;
      const page = await this.#page(principal, wanted, at);
      const tasks = await Promise.all(page.map(({ id }) => this.load({ principal, id })));
      found.push(...tasks.filter((task) => task !== undefined));
      more = page.length === wanted;
      at = page.at(-1);
    }
    return found;
  }

  async #page(principal: string, limit: number, after: TaskPosition | undefined): Promise<TaskPosition[]> {
    const from = after ? [after.createdAt, after.id] : [];
    const reply = await this.#commands.run<string[]>('pageTasks', this.#keys.tasksOf(principal), [limit, ...from]);
    const positions: TaskPosition[] = [];
    for (let i = 0; i < reply.length; i += 2) positions.push({ id: reply[i]!, createdAt: Number(reply[i + 1]) });
    return positions;
  }

  async #move(script: ScriptName, key: TaskKey, args: readonly (string | number)[]): Promise<TaskMove | undefined> {
    const reply = await this.#commands.run<TaskReply | null>(script, [this.#keys.task(key)], args);
    const task = reply && unpackTask(reply);
    return task ? { moved: reply[0] === 1, task } : undefined;
  }
}

/** Names one call, so that a command which is sent again after a lost connection finds itself. */
const newToken = (): string => randomBytes(9).toString('base64url');
