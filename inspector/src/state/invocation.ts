import { type ReadonlySignal, signal } from '@preact/signals';
import type { Attendant, Connection, Request, TaskState } from '../mcp/connection.js';
import type { Answers, Params, Question, Questions } from '../mcp/messages.js';
import { describeError, type Failure } from './failure.js';

export interface Progress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

export interface LogLine {
  readonly at: number;
  readonly level: string;
  readonly logger?: string;
  readonly data: unknown;
}

/** A question that waits for the person. */
export interface OpenQuestion {
  readonly key: string;
  readonly question: Question;
  answer(answer: Params): void;
}

export type Outcome =
  | { readonly kind: 'result'; readonly result: Params }
  | { readonly kind: 'failure'; readonly failure: Failure }
  | { readonly kind: 'cancelled' };

/** Older log lines are dropped. */
const MAX_LOGS = 200;

/** One request that a person made, while it is served and afterwards. */
export class Invocation {
  readonly startedAt = Date.now();
  readonly #outcome = signal<Outcome | undefined>(undefined);
  readonly #durationMs = signal<number | undefined>(undefined);
  readonly #progress = signal<Progress | undefined>(undefined);
  readonly #logs = signal<readonly LogLine[]>([]);
  readonly #questions = signal<readonly OpenQuestion[]>([]);
  readonly #task = signal<TaskState | undefined>(undefined);
  readonly #abort = new AbortController();

  constructor(
    private readonly connection: Connection,
    readonly request: Request,
  ) {}

  get outcome(): ReadonlySignal<Outcome | undefined> {
    return this.#outcome;
  }
  get durationMs(): ReadonlySignal<number | undefined> {
    return this.#durationMs;
  }
  get progress(): ReadonlySignal<Progress | undefined> {
    return this.#progress;
  }
  get logs(): ReadonlySignal<readonly LogLine[]> {
    return this.#logs;
  }
  get questions(): ReadonlySignal<readonly OpenQuestion[]> {
    return this.#questions;
  }
  get task(): ReadonlySignal<TaskState | undefined> {
    return this.#task;
  }

  /** Never rejects: what went wrong is the outcome. */
  async run(): Promise<void> {
    const begun = performance.now();
    this.#outcome.value = await this.#serve().catch((error: unknown) =>
      this.#abort.signal.aborted
        ? { kind: 'cancelled' as const }
        : { kind: 'failure' as const, failure: describeError(error) },
    );
    this.#durationMs.value = performance.now() - begun;
    this.#questions.value = [];
  }

  /** Ends the request; a task is cancelled at the server, and followed until it has ended there. */
  cancel(): void {
    const task = this.#task.peek();
    if (task === undefined) return this.#abort.abort();
    void this.connection.cancelTask(task.taskId).catch(() => this.#abort.abort());
  }

  /** No longer follows what happens, as when the connection is given up. */
  leave(): void {
    this.#abort.abort();
  }

  async #serve(): Promise<Outcome> {
    const { signal: aborted } = this.#abort;
    const result = await this.connection.request(this.request, this.#attendant, aborted);
    const task = this.connection.taskOf(result);
    if (task === undefined) return { kind: 'result', result };
    this.#task.value = task;
    for await (const state of this.connection.follow(task, this.#attendant, aborted)) this.#task.value = state;
    const { status, statusMessage, result: taskResult, error } = this.#task.peek()!;
    if (taskResult) return { kind: 'result', result: taskResult };
    if (status === 'cancelled') return { kind: 'cancelled' };
    return {
      kind: 'failure',
      failure: { title: error?.message ?? statusMessage ?? 'The task failed.', detail: error },
    };
  }

  readonly #attendant: Attendant = {
    notified: (method, params) => this.#notified(method, params),
    ask: (questions, ended) => this.#ask(questions, ended),
  };

  #notified(method: string, params: Params): void {
    if (method === 'notifications/progress') this.#progress.value = params as unknown as Progress;
    if (method !== 'notifications/message') return;
    const line = { at: Date.now(), ...(params as unknown as Omit<LogLine, 'at'>) };
    this.#logs.value = [...this.#logs.peek(), line].slice(-MAX_LOGS);
  }

  async #ask(questions: Questions, ended: AbortSignal): Promise<Answers> {
    const answers = Object.entries(questions).map(
      ([key, question]) =>
        new Promise<[key: string, answer: Params]>((resolve, reject) => {
          const close = (): void => {
            this.#questions.value = this.#questions.peek().filter((one) => one !== open);
          };
          const open: OpenQuestion = {
            key,
            question,
            answer: (answer) => {
              close();
              resolve([key, answer]);
            },
          };
          const withdraw = (): void => {
            close();
            reject(ended.reason as Error);
          };
          ended.addEventListener('abort', withdraw, { once: true });
          this.#questions.value = [...this.#questions.peek(), open];
        }),
    );
    return Object.fromEntries(await Promise.all(answers));
  }
}
