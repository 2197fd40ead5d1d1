import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { taskKeyText } from '../task/task-id.js';
import type {
  TaskAnswer,
  TaskKey,
  TaskMemo,
  TaskOrder,
  TaskPatch,
  TaskRecord,
  TaskStatus,
} from '../task/task-record.js';
import { TaskLimitError, type TaskMove, type TaskPosition, TaskStore } from '../task/task-store.js';
import type { RedisKeys } from './keys.js';
import { type RedisCommands, RedisRefusedError } from './redis-commands.js';

export interface RedisTaskStoreOptions {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  /** Of all instances together, ended ones too. */
  readonly maxTasks: number;
}

/** The tasks of a fleet, each one hash, each method one script on it. Redis expires them, and its clock decides. */
export class RedisTaskStore extends TaskStore {
  override readonly mayBeAway = true;
  readonly #commands: RedisCommands;
  readonly #keys: RedisKeys;
  readonly #maxTasks: number;

  constructor({ commands, keys, maxTasks }: RedisTaskStoreOptions) {
    super();
    this.#commands = commands;
    this.#keys = keys;
    this.#maxTasks = maxTasks;
  }

  override async create(order: TaskOrder, leaseMs: number): Promise<TaskRecord> {
    const { memo, principal, id, ttlMs } = order;
    const admission = [taskKeyText(order), ttlMs, this.#maxTasks];
    if ((await this.#run<number>('admit-1', [this.#keys.allTasks], admission)) !== 1) {
      throw new TaskLimitError(this.#maxTasks);
    }
    const fields = [newToken(), JSON.stringify({ ...order, memo: undefined }), ttlMs, leaseMs, ...packMemo(memo)];
    const created = await this.#move('create-1', order, fields);
    if (!created) throw new Error('A task of this key exists; task ids must never repeat.');
    // Listed last, by the time it was created at. An instance that dies in between has told nobody of the task.
    await this.#run('enlist-2', this.#keys.tasksOf(principal), [id, created.task.createdAt, ttlMs]);
    return created.task;
  }

  override async load(key: TaskKey): Promise<TaskRecord | undefined> {
    return (await this.#move('load-1', key, []))?.task;
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
    return this.#move('move-1', key, [newToken(), ...state, fields.length, ...fields, ...packAll('', inputRequests)]);
  }

  override answer(key: TaskKey, answers: Readonly<Record<string, TaskAnswer>>): Promise<TaskMove | undefined> {
    return this.#move('answer-1', key, [newToken(), ...packAll('', answers)]);
  }

  override async remember(key: TaskKey, fence: number, memo: Partial<TaskMemo>): Promise<boolean> {
    return (await this.#run<number>('remember-1', [this.#keys.task(key)], [fence, ...packMemo(memo)])) === 1;
  }

  override async renew(key: TaskKey, fence: number, leaseMs: number): Promise<boolean> {
    return (await this.#run<number>('renew-1', [this.#keys.task(key)], [fence, leaseMs])) === 1;
  }

  override release(key: TaskKey, fence: number): Promise<boolean> {
    return this.renew(key, fence, 0);
  }

  override async claim(key: TaskKey, leaseMs: number): Promise<TaskRecord | undefined> {
    return (await this.#move('claim-1', key, [newToken(), leaseMs]))?.task;
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
    const reply = await this.#run<string[]>('page-2', this.#keys.tasksOf(principal), [limit, ...from]);
    const positions: TaskPosition[] = [];
    for (let i = 0; i < reply.length; i += 2) positions.push({ id: reply[i]!, createdAt: Number(reply[i + 1]) });
    return positions;
  }

  async #move(script: ScriptName, key: TaskKey, args: readonly Argument[]): Promise<TaskMove | undefined> {
    const reply = await this.#run<Reply | null>(script, [this.#keys.task(key)], args);
    const task = reply && unpack(reply);
    return task ? { moved: reply[0] === 1, task } : undefined;
  }

  /** Sent by hash, and whole where the server does not know it yet (F16). */
  async #run<T>(name: ScriptName, keys: readonly string[], args: readonly Argument[]): Promise<T> {
    const { sha, lua } = SCRIPTS[name];
    try {
      return await this.#commands.send<T>('evalsha', sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof RedisRefusedError && error.code === 'NOSCRIPT')) throw error;
      return this.#commands.send<T>('eval', lua, keys.length, ...keys, ...args);
    }
  }
}

type Argument = string | number;
type Reply = readonly [moved: 0 | 1, orphaned: 0 | 1, fieldsAndValues: readonly string[]];

const read = (name: string): string => readFileSync(new URL(`./scripts/task-${name}.lua`, import.meta.url), 'utf8');
const head = read('head');

function script(name: string) {
  const lua = `${head}\n${read(name)}`;
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/** By the name and the number of keys of their files. */
const SCRIPTS = {
  'admit-1': script('admit-1'),
  'answer-1': script('answer-1'),
  'claim-1': script('claim-1'),
  'create-1': script('create-1'),
  'enlist-2': script('enlist-2'),
  'load-1': script('load-1'),
  'move-1': script('move-1'),
  'page-2': script('page-2'),
  'remember-1': script('remember-1'),
  'renew-1': script('renew-1'),
};

type ScriptName = keyof typeof SCRIPTS;

/** Names one call, so that a command which is sent again after a lost connection finds itself. */
const newToken = (): string => randomBytes(9).toString('base64url');

/** Fields and values in turns. */
const packAll = (prefix: string, values: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(values).flatMap(([name, value]) => [`${prefix}${name}`, JSON.stringify(value)]);

const packMemo = ({ answered = {}, steps = {} }: Partial<TaskMemo>): string[] => [
  ...packAll('ka:', answered),
  ...packAll('ks:', steps),
];

function packPatch({ statusMessage, result, error }: TaskPatch): string[] {
  const fields: string[] = [];
  if (statusMessage !== undefined) fields.push('m', statusMessage);
  if (result !== undefined) fields.push('r', JSON.stringify(result));
  if (error !== undefined) fields.push('e', JSON.stringify(error));
  return fields;
}

/** @returns `undefined` for what nobody of us wrote: it is unknown then (S13) */
function unpack([, orphaned, fieldsAndValues]: Reply): TaskRecord | undefined {
  const fields = new Map<string, string>();
  for (let i = 0; i < fieldsAndValues.length; i += 2) fields.set(fieldsAndValues[i]!, fieldsAndValues[i + 1]!);
  const number = (name: string): number => Number(fields.get(name));
  try {
    const [statusMessage, result, error] = [fields.get('m'), fields.get('r'), fields.get('e')];
    return {
      ...(JSON.parse(fields.get('o')!) as Omit<TaskOrder, 'memo'>),
      memo: { answered: unpackAll(fields, 'ka:'), steps: unpackAll(fields, 'ks:') },
      status: fields.get('s') as TaskStatus,
      ...(statusMessage !== undefined && { statusMessage }),
      createdAt: number('c'),
      updatedAt: number('u'),
      version: number('v'),
      fence: number('f'),
      orphaned: orphaned === 1,
      inputRequests: unpackQuestions(fields),
      answers: unpackAll(fields, 'a:'),
      ...(result !== undefined && { result: JSON.parse(result) }),
      ...(error !== undefined && { error: JSON.parse(error) }),
    };
  } catch {
    return undefined;
  }
}

function unpackAll<T>(fields: ReadonlyMap<string, string>, prefix: string): Record<string, T> {
  const own = [...fields].filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, text]) => [name.slice(prefix.length), JSON.parse(text) as T]));
}

/** In the order in which they were asked. */
function unpackQuestions(fields: ReadonlyMap<string, string>): TaskRecord['inputRequests'] {
  const numbered = [...fields].flatMap(([name, text]) => {
    const space = text.indexOf(' ');
    return name.startsWith('q:')
      ? [{ name: name.slice(2), order: Number(text.slice(0, space)), text: text.slice(space) }]
      : [];
  });
  numbered.sort((a, b) => a.order - b.order);
  return Object.fromEntries(numbered.map(({ name, text }) => [name, JSON.parse(text)]));
}
