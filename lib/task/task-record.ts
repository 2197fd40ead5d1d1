import type { InputRequest } from '../interaction/input-request.js';
import type { StepResult } from '../interaction/step-result.js';
import type { AcceptedAnswer } from '../interaction/request-state.js';
import type { JsonObject, JsonRpcErrorObject } from '../protocol/messages.js';
import type { Revision } from '../protocol/revisions.js';
import type { Principal } from '../session/principal.js';

/**
 * Identifies a task. The owner is part of the key: a task id presented by anybody else identifies nothing, so a caller
 * cannot distinguish a foreign task from an unknown one (TASK-7).
 *
 * @publicApi
 */
export interface TaskKey {
  /** The `principalId()` of the owner. */
  readonly principal: string;
  /** The `taskId` of the protocol. */
  readonly id: string;
}

/**
 * The state of a task. `completed`, `failed` and `cancelled` are final.
 *
 * @publicApi
 */
export type TaskStatus = 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';

/** The states that are not final. */
export const OPEN: readonly TaskStatus[] = ['working', 'input_required'];

export const isOpen = ({ status }: { readonly status: TaskStatus }): boolean => OPEN.includes(status);

/**
 * The caller of a task, as far as another run needs it. The HTTP request itself no longer exists by then.
 *
 * @publicApi
 */
export interface TaskCaller {
  /** The protocol revision of the request that created the task. */
  readonly revision: Revision;
  readonly principal?: Principal;
  /** Whose shares the task counts for: the principal, or the address of an anonymous client. */
  readonly client?: string;
  readonly clientCapabilities: Readonly<JsonObject>;
  readonly clientInfo?: JsonObject;
  /** The id of the legacy session the call came from. */
  readonly session?: string;
  /** The trace of the call, which another run of the task continues, as a `traceparent`. Default: none. */
  readonly trace?: string;
}

/**
 * What a task has to do. It never changes.
 *
 * @publicApi
 */
export interface TaskSpec extends TaskKey {
  /** The name of the tool. */
  readonly tool: string;
  /** A store may forget them once the task has ended. */
  readonly arguments: JsonObject;
  readonly caller: TaskCaller;
  /** Whether the tool may be run again from the top when its worker is lost. */
  readonly idempotent: boolean;
  /** The lifetime of the task from its creation, ms; then it is forgotten (TASK-14). */
  readonly ttlMs: number;
  /** How often the client should poll, ms. */
  readonly pollIntervalMs: number;
  /** What was answered and done before the call became a task. */
  readonly checkpoint: TaskCheckpoint;
}

/**
 * What another run of a task does not need to ask or do again.
 *
 * @publicApi
 */
export interface TaskCheckpoint {
  /** Accepted answers, by the key the tool gave the question. */
  readonly answered: Readonly<Record<string, AcceptedAnswer>>;
  /** Results of `ctx.step()`, by the key of the step. */
  readonly steps: Readonly<Record<string, StepResult>>;
}

/**
 * A client's answer to a question of a task: its value, or the reason why the client refused.
 *
 * @publicApi
 */
export type TaskAnswer = { readonly value: unknown } | { readonly refused: string };

/**
 * A task as a `TaskStore` returns it.
 *
 * @publicApi
 */
export interface TaskRecord extends TaskSpec {
  readonly status: TaskStatus;
  readonly statusMessage?: string;
  /** Milliseconds since 1970 by the clock of the store. */
  readonly createdAt: number;
  /** Milliseconds since 1970 by the clock of the store. */
  readonly updatedAt: number;
  /** The number of changes that clients can see. */
  readonly version: number;
  /** The number of the current run, beginning at 1. A worker with an older number has lost the task (F17). */
  readonly fence: number;
  /** The task is open, and the lease of its worker has expired by the clock of the store. */
  readonly orphaned: boolean;
  /** Outstanding questions. A key is never used twice during the life of a task (TASK-11). */
  readonly inputRequests: Readonly<Record<string, InputRequest>>;
  /** Answers to the questions of this run; empty once the task has ended. */
  readonly answers: Readonly<Record<string, TaskAnswer>>;
  /** The result of the call in the format of its client's revision; a legacy task with a result may have failed. */
  readonly result?: JsonObject;
  /** The error of a task that failed. */
  readonly error?: JsonRpcErrorObject;
}

/**
 * What changes together with the state of a task; absent members stay as they are.
 *
 * @publicApi
 */
export interface TaskPatch {
  readonly statusMessage?: string;
  readonly result?: JsonObject;
  readonly error?: JsonRpcErrorObject;
  /** Added to the outstanding questions. */
  readonly inputRequests?: Readonly<Record<string, InputRequest>>;
}
