import { type Era, LEGACY_REVISIONS, MODERN_REVISION } from '../../../lib/protocol/revisions.js';
import type { Headers } from './endpoint.js';
import type { Answers, Params, Questions, RpcError } from './messages.js';

/** The revision that the page speaks in each era. */
export const REVISIONS: Readonly<Record<Era, string>> = { modern: MODERN_REVISION, legacy: LEGACY_REVISIONS[0] };

export interface ServerInfo {
  readonly name: string;
  readonly title?: string;
  readonly version: string;
  readonly revision: string;
  readonly capabilities: Params;
  readonly instructions?: string;
}

/** What happens while a request is served. */
export interface Attendant {
  /** A notification about this request: progress, or a log message. */
  notified(method: string, params: Params): void;
  /** The server asks; the answers are given when the person has given them all. */
  ask(questions: Questions, signal: AbortSignal): Promise<Answers>;
}

/** One request as a client writes it. */
export interface Request {
  readonly method: string;
  readonly params: Params;
  /** The JSON Schema of the arguments of a tool, which may want some of them in headers. */
  readonly schema?: unknown;
  /** Whether the call should become a task, where the client decides that. */
  readonly asTask?: boolean;
}

/** A request as it goes over the wire, to be copied. */
export interface WireRequest {
  readonly headers: Headers;
  readonly body: unknown;
}

export interface TaskState {
  readonly taskId: string;
  readonly status: 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';
  readonly statusMessage?: string;
  readonly createdAt?: string;
  readonly ttlMs?: number | null;
  readonly pollIntervalMs?: number;
  readonly result?: Params;
  readonly error?: RpcError;
}

/** Whether a task has not ended yet. */
export const isOpen = ({ status }: Pick<TaskState, 'status'>): boolean =>
  status === 'working' || status === 'input_required';

/** A client of one era. */
export interface Connection {
  readonly era: Era;
  open(): Promise<ServerInfo>;
  /** @throws {RpcFailure} @throws {HttpRefusal} @throws {DOMException} `AbortError` after `signal` was aborted */
  request(request: Request, attendant: Attendant, signal: AbortSignal): Promise<Params>;
  /** The task that a result announces, if it is one. */
  taskOf(result: Params): TaskState | undefined;
  /** @yields the states of a task until it has ended; the last one has its result or its error */
  follow(task: TaskState, attendant: Attendant, signal: AbortSignal): AsyncGenerator<TaskState>;
  cancelTask(taskId: string): Promise<void>;
  /** Passes on what the server announces outside of requests, until the stream ends. @param uris of resources */
  listen(uris: readonly string[], notified: Attendant['notified'], signal: AbortSignal): Promise<void>;
  wire(request: Request): WireRequest;
  close(): Promise<void>;
}

/** Attends requests that say and ask nothing, such as lists. */
export const UNATTENDED: Attendant = {
  notified: () => undefined,
  ask: () => Promise.reject(new Error('The server asked a question where none is expected.')),
};

/** Used when a server does not say how often it wants to be asked. */
export const POLL_MS = 1000;
