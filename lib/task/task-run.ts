import { CancelledError, type Exchange } from '../exchange/exchange.js';
import { requireCapability } from '../interaction/asking-limits.js';
import type { InputRequest } from '../interaction/input-request.js';
import { type QuestionObserver, withoutAnswer } from '../interaction/question-observer.js';
import type { TaskChanges, TaskWatch } from './task-changes.js';
import { taskKeyOf } from './task-id.js';
import type { AskingRun } from './task-interaction.js';
import {
  isOpen,
  OPEN,
  type TaskAnswer,
  type TaskKey,
  type TaskCheckpoint,
  type TaskPatch,
  type TaskRecord,
  type TaskStatus,
} from './task-record.js';
import type { TaskStore } from './task-store.js';

export interface RunServices {
  readonly store: TaskStore;
  readonly changes: TaskChanges;
  readonly report: (error: unknown) => void;
  /** Default: nobody learns of questions and lost leases. */
  readonly observer?: TaskObserver;
}

/** Learns what happens to the tasks of this instance. Nothing of it waits or throws. */
export interface TaskObserver extends QuestionObserver {
  /** @param side whether this instance has lost the lease, or has taken the task over from another one */
  leaseLost(task: TaskRecord, side: 'former' | 'successor'): void;
  /** The `traceparent` of the call that is served now. `undefined` without a trace. */
  currentTrace(): string | undefined;
  /** Runs a task again, as a part of the trace of its call. @returns what `run` returns */
  ranAgain<T>(task: TaskRecord, run: () => Promise<T>): Promise<T>;
}

interface Waiter {
  readonly resolve: (answer: TaskAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** One run of a task on this instance. Each write carries its fence: a run that lost its task changes nothing (F17). */
export class TaskRun implements AskingRun {
  readonly key: TaskKey;
  readonly fence: number;
  readonly startedAt = performance.now();
  readonly #waiting = new Map<string, Waiter>();
  readonly #watch: TaskWatch;
  #questionCount = 0;
  #ended = false;
  #lost = false;
  #statusMessage: string | undefined;
  #writingStatus = false;

  constructor(
    readonly task: TaskRecord,
    private readonly exchange: Exchange,
    private readonly services: RunServices,
  ) {
    this.key = taskKeyOf(task);
    this.fence = task.fence;
    this.#watch = services.changes.watch([this.key], () => void this.#reload().catch(services.report));
    exchange.onCancel((reason) => this.#rejectWaiters(new CancelledError(reason)));
  }

  /** Whether the run is waiting for its client. */
  get waitsForInput(): boolean {
    return this.#waiting.size > 0;
  }

  /**
   * Adds a question to the task and waits for its answer.
   *
   * @throws {MissingClientCapabilityError} when the request that created the task did not declare what this needs
   * (TASK-12, A-17)
   */
  async ask(request: InputRequest, label: string): Promise<TaskAnswer> {
    requireCapability(request, this.task.caller);
    // Unique during the life of the task, across its runs (TASK-11).
    const key = `${label}-${this.fence}.${++this.#questionCount}`;
    const answer = new Promise<TaskAnswer>((resolve, reject) => this.#waiting.set(key, { resolve, reject }));
    // It may reject before anything awaits it: the task may be cancelled while the question is being stored.
    answer.catch(() => {});
    const observed = this.services.observer?.asked(this.exchange, key, request);
    try {
      const stored = await this.#move(OPEN, 'input_required', { inputRequests: { [key]: request } });
      if (!stored) throw new CancelledError('the task has ended');
      const given = await answer;
      observed?.ended('refused' in given ? 'refused' : 'answered');
      return given;
    } catch (error) {
      observed?.ended(withoutAnswer(error));
      throw error;
    } finally {
      this.#waiting.delete(key);
    }
  }

  /** Resolves once the checkpoint is durable. Does nothing for a task that is never run again. */
  async saveCheckpoint(checkpoint: Partial<TaskCheckpoint>): Promise<void> {
    if (!this.task.idempotent) return;
    await this.services.store.saveCheckpoint(this.key, this.fence, checkpoint);
  }

  /** Only the newest message is written, so a task may report a thousand times a second without flooding the store. */
  setStatusMessage(message: string): void {
    this.#statusMessage = message;
    if (this.#writingStatus) return;
    this.#writingStatus = true;
    void this.#writeStatusMessages().catch(this.services.report);
  }

  /** @returns false when the task has already ended, or another run has it */
  finish(status: TaskStatus, patch: TaskPatch): Promise<boolean> {
    this.#statusMessage = undefined;
    return this.#move(OPEN, status, patch);
  }

  /** Renews the lease, or cancels the work if the lease is lost. */
  async renew(leaseMs: number): Promise<void> {
    if (await this.services.store.renew(this.key, this.fence, leaseMs)) return;
    await this.#reload();
  }

  /** Releases the lease, so that another instance can take over the task. */
  async handOver(): Promise<void> {
    await this.services.store.release(this.key, this.fence);
  }

  /** Ends what is still waiting in this run. */
  close(): void {
    this.#watch.close();
    this.#rejectWaiters(new CancelledError('the task has ended'));
  }

  async #move(from: readonly TaskStatus[], to: TaskStatus, patch: TaskPatch): Promise<boolean> {
    const move = await this.services.store.move(this.key, from, to, patch, this.fence);
    if (!move?.moved) return false;
    this.#ended = !isOpen(move.task);
    this.services.changes.announce(move.task);
    return true;
  }

  async #writeStatusMessages(): Promise<void> {
    try {
      while (this.#statusMessage !== undefined) {
        const statusMessage = this.#statusMessage;
        this.#statusMessage = undefined;
        await this.#move(['working'], 'working', { statusMessage });
      }
    } finally {
      this.#writingStatus = false;
    }
  }

  /** Reads the task for new answers, and cancels the work if somebody else has ended the task or taken it over. */
  async #reload(): Promise<void> {
    const task = await this.services.store.load(this.key);
    // A task that this run has ended itself must not look cancelled.
    if (this.#ended) return;
    if (!task || !isOpen(task) || task.fence !== this.fence) {
      if (task && task.fence !== this.fence) this.#noticeLoss();
      return this.exchange.cancel(task ? `the task is ${task.status}, or run elsewhere` : 'the task has expired');
    }
    for (const [key, waiter] of this.#waiting) {
      const answer = task.answers[key];
      if (answer === undefined || !this.#waiting.delete(key)) continue;
      waiter.resolve(answer);
    }
  }

  /** Once: further changes of the task may be read before the work has stopped. */
  #noticeLoss(): void {
    if (this.#lost) return;
    this.#lost = true;
    this.services.observer?.leaseLost(this.task, 'former');
  }

  #rejectWaiters(error: CancelledError): void {
    for (const waiter of this.#waiting.values()) waiter.reject(error);
    this.#waiting.clear();
  }
}
