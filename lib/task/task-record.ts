import type { InputRequest } from '../interaction/input-request.js';
import type { StepResult } from '../interaction/step-result.js';
import type { AcceptedAnswer } from '../interaction/request-state.js';
import type { JsonObject, JsonRpcErrorObject } from '../protocol/messages.js';
import type { Revision } from '../protocol/revisions.js';
import type { Principal } from '../session/principal.js';

/**
 * Names a task. The owner is part of the name: a task id presented by anybody else names nothing, so a foreign task
 * cannot be told from an unknown one (T1-7).
 */
export interface TaskKey {
  /** `principalId()` of the owner. */
  readonly principal: string;
  /** The `taskId`. */
  readonly id: string;
}

export type TaskStatus = 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';

/** The states a task can still leave. */
export const OPEN: readonly TaskStatus[] = ['working', 'input_required'];

export const isOpen = ({ status }: { readonly status: TaskStatus }): boolean => OPEN.includes(status);

/** Who called, as far as running the call once more needs it: its HTTP request is gone by then. */
export interface TaskCaller {
  readonly revision: Revision;
  readonly principal?: Principal;
  readonly clientCapabilities: Readonly<JsonObject>;
  readonly clientInfo?: JsonObject;
  /** Id of the legacy session the call came from. */
  readonly session?: string;
}

/** What a task was asked to do; does not change. */
export interface TaskSpec extends TaskKey {
  readonly tool: string;
  readonly arguments: JsonObject;
  readonly caller: TaskCaller;
  /** Whether it may be run again from the top when its worker is lost. */
  readonly idempotent: boolean;
  /** From creation; the task is forgotten then (T1-14). */
  readonly ttlMs: number;
  readonly pollIntervalMs: number;
  readonly checkpoint: TaskCheckpoint;
}

/** What a further run need neither ask nor do again. */
export interface TaskCheckpoint {
  /** Accepted answers, by the question's own key. */
  readonly answered: Readonly<Record<string, AcceptedAnswer>>;
  /** Results of `ctx.step()`. */
  readonly steps: Readonly<Record<string, StepResult>>;
}

/** What a client said to a question of a task. */
export type TaskAnswer = { readonly value: unknown } | { readonly refused: string };

export interface TaskRecord extends TaskSpec {
  readonly status: TaskStatus;
  readonly statusMessage?: string;
  /** Milliseconds since 1970 by the store's clock, like `updatedAt`. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Counts the changes a client can see. */
  readonly version: number;
  /** Counts the runs. Whoever holds an older number has lost the task to a later worker (F17). */
  readonly fence: number;
  /** Open, and the lease of its worker has run out by the store's clock. */
  readonly orphaned: boolean;
  /** Outstanding questions. A key is never used twice in the life of a task (T1-11). */
  readonly inputRequests: Readonly<Record<string, InputRequest>>;
  /** Answers to this run's questions; gone when the task has ended. */
  readonly answers: Readonly<Record<string, TaskAnswer>>;
  /** What the call came to, as its client's revision writes it; a legacy task may have failed with one. */
  readonly result?: JsonObject;
  readonly error?: JsonRpcErrorObject;
}

/** What may change together with the state. */
export interface TaskPatch {
  readonly statusMessage?: string;
  readonly result?: JsonObject;
  readonly error?: JsonRpcErrorObject;
  /** Joins the outstanding questions. */
  readonly inputRequests?: Readonly<Record<string, InputRequest>>;
}
