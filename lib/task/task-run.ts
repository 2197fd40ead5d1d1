import { CancelledError, type Exchange } from '../exchange/exchange.js';
import { requireCapability } from '../interaction/asking-limits.js';
import type { InputRequest } from '../interaction/input-request.js';
import type { TaskChanges } from './task-changes.js';
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
}

interface Waiter {
  readonly resolve: (answer: TaskAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** One run of a task on this instance. All it writes carries its fence: a run that was taken over changes nothing (F17). */
export class TaskRun implements AskingRun {
  readonly key: TaskKey;
  readonly fence: number;
  readonly #waiting = new Map<string, Waiter>();
  readonly #unwatch: () => void;
  #asked = 0;
  #over = false;
  #message: string | undefined;
  #writingMessage = false;

  constructor(
    readonly task: TaskRecord,
    private readonly exchange: Exchange,
    private readonly services: RunServices,
  ) {
    this.key = taskKeyOf(task);
    this.fence = task.fence;
    this.#unwatch = services.changes.watch(this.key, () => void this.#reload().catch(services.report));
    exchange.onCancel((reason) => this.#end(new CancelledError(reason)));
  }

  /** Waits for its client, and does nothing else that is known of. */
  get asks(): boolean {
    return this.#waiting.size > 0;
  }

  /**
   * Puts a question into the task and waits for its answer.
   *
   * @throws {MissingClientCapabilityError} by what the creating request declared (T1-12, A-17)
   */
  async ask(request: InputRequest, label: string): Promise<TaskAnswer> {
    requireCapability(request, this.task.caller);
    // Unique over the life of the task, over its runs too (T1-11).
    const key = `${label}-${this.fence}.${++this.#asked}`;
    const answered = new Promise<TaskAnswer>((resolve, reject) => this.#waiting.set(key, { resolve, reject }));
    // Rejected although nobody waits yet: the task may be cancelled while the question is being put.
    answered.catch(() => {});
    try {
      const put = await this.#move(OPEN, 'input_required', { inputRequests: { [key]: request } });
      if (!put) throw new CancelledError('the task is over');
      return await answered;
    } finally {
      this.#waiting.delete(key);
    }
  }

  /** Durable before the method goes on; for nothing where there will be no further run. */
  async saveCheckpoint(checkpoint: Partial<TaskCheckpoint>): Promise<void> {
    if (!this.task.idempotent) return;
    await this.services.store.saveCheckpoint(this.key, this.fence, checkpoint);
  }

  /** The newest message wins: a task that reports a thousand times a second writes as often as the store takes it. */
  setStatusMessage(message: string): void {
    this.#message = message;
    if (this.#writingMessage) return;
    this.#writingMessage = true;
    void this.#writeMessages().catch(this.services.report);
  }

  /** @returns false when the task has ended otherwise, or another run has it */
  finish(status: TaskStatus, patch: TaskPatch): Promise<boolean> {
    this.#message = undefined;
    return this.#move(OPEN, status, patch);
  }

  /** Keeps the lease, or stops the work if it is lost. */
  async renew(leaseMs: number): Promise<void> {
    if (await this.services.store.renew(this.key, this.fence, leaseMs)) return;
    await this.#reload();
  }

  /** Lets another instance go on with the task. */
  async handOver(): Promise<void> {
    await this.services.store.release(this.key, this.fence);
  }

  /** Nothing more comes of this run. */
  close(): void {
    this.#unwatch();
    this.#end(new CancelledError('the task is over'));
  }

  async #move(from: readonly TaskStatus[], to: TaskStatus, patch: TaskPatch): Promise<boolean> {
    const move = await this.services.store.move(this.key, from, to, patch, this.fence);
    if (!move?.moved) return false;
    this.#over = !isOpen(move.task);
    this.services.changes.announce(move.task);
    return true;
  }

  async #writeMessages(): Promise<void> {
    try {
      while (this.#message !== undefined) {
        const statusMessage = this.#message;
        this.#message = undefined;
        await this.#move(['working'], 'working', { statusMessage });
      }
    } finally {
      this.#writingMessage = false;
    }
  }

  /** What has become of the task meanwhile: answers, or its end by somebody else. */
  async #reload(): Promise<void> {
    const task = await this.services.store.load(this.key);
    // The end this run came to by itself must not look like a cancellation.
    if (this.#over) return;
    if (!task || !isOpen(task) || task.fence !== this.fence) {
      return this.exchange.cancel(task ? `the task is ${task.status}, or run elsewhere` : 'the task has expired');
    }
    for (const [key, waiter] of this.#waiting) {
      const answer = task.answers[key];
      if (answer === undefined || !this.#waiting.delete(key)) continue;
      waiter.resolve(answer);
    }
  }

  #end(error: CancelledError): void {
    for (const waiter of this.#waiting.values()) waiter.reject(error);
    this.#waiting.clear();
  }
}
