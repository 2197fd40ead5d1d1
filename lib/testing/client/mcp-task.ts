import { setTimeout as pause } from 'node:timers/promises';
import type { JsonObject, JsonRpcErrorObject } from '../../protocol/messages.js';
import { isOpen, type TaskStatus } from '../../task/task-record.js';
import type { McpQuestion } from './answers.js';
import { McpResponseError } from './response-error.js';
import { type ToolAnswer, toolAnswer } from './results.js';

/**
 * What a server says of a task.
 *
 * @publicApi
 */
export interface McpTaskState {
  readonly taskId: string;
  readonly status: TaskStatus;
  readonly statusMessage?: string;
  /** ISO 8601 */
  readonly createdAt: string;
  /** ISO 8601 */
  readonly lastUpdatedAt: string;
  /** What the task asks; only in the modern era. */
  readonly inputRequests?: Readonly<Record<string, McpQuestion>>;
  /** The result of a completed task; only in the modern era. */
  readonly result?: Readonly<JsonObject>;
  /** Why a task failed; only in the modern era. */
  readonly error?: JsonRpcErrorObject;
}

/** What a task needs of the client that started it. */
export interface TaskCaller {
  readonly resumes: boolean;
  readonly patienceMs: number;
  request(method: string, params: JsonObject): PromiseLike<JsonObject>;
  answer(question: McpQuestion): Promise<JsonObject>;
}

/** A real client polls less often than a test wants to know, ms. */
const POLL_MS = 10;

/**
 * A tool call that has become a task.
 *
 * @example
 * ```ts
 * const task = await client.startTask('render', { title: 'Tides' });
 * expect(await task.until('working')).toMatchObject({ statusMessage: 'Rendered scene 1 of 40' });
 * expect(await task.result()).toMatchObject({ text: 'Tides is ready.' });
 * ```
 * @publicApi
 */
export class McpTask<T = unknown> {
  readonly #answered = new Set<string>();

  /** @internal */
  constructor(
    readonly id: string,
    private readonly caller: TaskCaller,
  ) {}

  /** What the server says of the task now. */
  async state(): Promise<McpTaskState> {
    const { resultType: _, _meta, ...state } = await this.caller.request('tasks/get', { taskId: this.id });
    return state as unknown as McpTaskState;
  }

  /** Waits for a state. @throws {Error} when the task does not get there within the option `patienceMs` */
  async until(wanted: TaskStatus | ((state: McpTaskState) => boolean)): Promise<McpTaskState> {
    const is = typeof wanted === 'function' ? wanted : ({ status }: McpTaskState) => status === wanted;
    return this.#poll(is, () => undefined);
  }

  /**
   * Waits for the result, and answers by the script of the client what the task asks meanwhile.
   *
   * @throws {McpResponseError} when the task failed
   * @throws {Error} when it was cancelled, or takes longer than the option `patienceMs`
   */
  async result(): Promise<ToolAnswer<T>> {
    if (this.caller.resumes) return toolAnswer<T>(await this.caller.request('tasks/result', { taskId: this.id }));
    const isOver = (state: McpTaskState) => !isOpen(state);
    const { status, result, error } = await this.#poll(isOver, (state) => this.#answer(state));
    if (status === 'cancelled') throw new Error(`The task ${this.id} was cancelled.`);
    if (error) throw new McpResponseError('the task', 200, {}, error);
    return toolAnswer<T>(result!);
  }

  /** Cancels the task. */
  async cancel(): Promise<void> {
    await this.caller.request('tasks/cancel', { taskId: this.id });
  }

  async #poll(isWanted: (state: McpTaskState) => boolean, meanwhile: (state: McpTaskState) => unknown) {
    const { patienceMs } = this.caller;
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const state = await this.state();
      if (isWanted(state)) return state;
      if (performance.now() > deadline) throw new Error(tooLate(state, patienceMs));
      await meanwhile(state);
      await pause(POLL_MS);
    }
  }

  async #answer({ inputRequests = {} }: McpTaskState): Promise<void> {
    const inputResponses: JsonObject = {};
    for (const [key, { method, params = {} }] of Object.entries(inputRequests)) {
      if (this.#answered.has(key)) continue;
      this.#answered.add(key);
      inputResponses[key] = await this.caller.answer({ method, params });
    }
    if (Object.keys(inputResponses).length === 0) return;
    await this.caller.request('tasks/update', { taskId: this.id, inputResponses });
  }
}

const tooLate = (state: McpTaskState, patienceMs: number): string =>
  `The task is still ${JSON.stringify(state)} after ${patienceMs} ms. If it takes longer, set the option "patienceMs".`;
