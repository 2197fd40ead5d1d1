import type { Caller } from './caller.js';

/** A task that runs on the instance that reports it. */
export interface RunningTask {
  /** `TaskView.id`. */
  readonly id: string;
  /** How long this run has been going on, ms. */
  readonly runningMs: number;
}

/** A task, wherever it runs. The instance that has its lease is the one whose report has it among its `tasks`. */
export interface TaskView {
  /** A digest of the task's id. */
  readonly id: string;
  /** The name of the tool. */
  readonly tool: string;
  readonly status: 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';
  /** What the tool says of its state; only with the option `showArguments`. */
  readonly statusMessage?: string;
  readonly caller: Caller;
  /** By the clock of the store, ms since the epoch. */
  readonly createdAt: number;
  /** By the clock of the store, ms since the epoch. */
  readonly updatedAt: number;
  /** Its lifetime from its creation, ms. */
  readonly ttlMs: number;
  /** The number of its runs so far; more than 1 after an instance was lost. */
  readonly runs: number;
  /** It is open, and nobody renews its lease. */
  readonly orphaned: boolean;
  /** Questions that its client has not answered. */
  readonly questions: number;
}

/** The tasks of the whole fleet, read every few seconds. */
export interface TaskList {
  /** ms since the epoch. */
  readonly at: number;
  /** Newest first. */
  readonly tasks: readonly TaskView[];
  /** Whether there are more than `tasks` has, or some that are not known here. */
  readonly truncated: boolean;
}
