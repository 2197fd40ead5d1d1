import type { TaskSpec, TaskStatus } from '../../task/task-record.js';
import type { TaskMove, TaskStore } from '../../task/task-store.js';
import type { Disposable } from './runner.js';

/**
 * The limits that `taskStoreContract()` requires of the store.
 *
 * @publicApi
 */
export interface TaskStoreLimits {
  readonly maxTasks: number;
}

/**
 * The set-up of one test of `taskStoreContract()`.
 *
 * @publicApi
 */
export interface TaskStoreSetup extends Disposable {
  readonly store: TaskStore;
  /** The store of another instance with the same tasks. Default: `store`. */
  readonly peer?: TaskStore;
  /** Lets time pass: advances an injected clock, or waits if the backend has its own clock. */
  readonly advance: (ms: number) => Promise<void>;
}

/**
 * The store under test of `taskStoreContract()`.
 *
 * @publicApi
 */
export interface TaskStoreContract {
  /** Creates an empty store. */
  readonly create: (limits: TaskStoreLimits) => Promise<TaskStoreSetup>;
}

export const TASK_TTL = 2000;
export const TASK_LEASE = 500;

export const taskSpec = (id: string, principal = 'alice', more: Partial<TaskSpec> = {}): TaskSpec => ({
  principal,
  id,
  tool: 'slow',
  arguments: { seconds: 3, 'naïve key': ['ü', null, { deep: true }] },
  caller: {
    revision: '2026-07-28',
    principal: { issuer: 'https://issuer', subject: 'alice' },
    clientCapabilities: { elicitation: {}, extensions: { 'io.modelcontextprotocol/tasks': {} } },
  },
  idempotent: false,
  ttlMs: TASK_TTL,
  pollIntervalMs: 100,
  checkpoint: { answered: {}, steps: {} },
  ...more,
});

export const ask = (message: string) => ({ method: 'elicitation/create', params: { mode: 'form', message } }) as const;

export const OPEN_STATES: readonly TaskStatus[] = ['working', 'input_required'];
export const FINAL_STATES: readonly TaskStatus[] = ['completed', 'failed', 'cancelled'];

/** `true` if the task moved, `false` if the store rejected the move, `undefined` if the task is unknown. */
export const moved = async (attempt: Promise<TaskMove | undefined>): Promise<boolean | undefined> =>
  (await attempt)?.moved;
