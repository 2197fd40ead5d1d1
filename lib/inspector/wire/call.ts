import type { Caller } from './caller.js';

/** How a call ended; the words of `McpAuditOutcome`. */
export type CallOutcome =
  'ok' | 'tool-error' | 'error' | 'refused' | 'cancelled' | 'timeout' | 'input-required' | 'task';

/** What a call is known by, while it runs and afterwards. */
interface CallHead {
  /** Unique over all instances. Records of one call on several instances have the same one. */
  readonly id: string;
  readonly instance: string;
  /** When it arrived, by the clock of the instance, ms since the epoch. */
  readonly startedAt: number;
  /** The JSON-RPC method, such as `tools/call`. */
  readonly method: string;
  /** The name of the tool, the prompt, or the resource or template. */
  readonly name?: string;
  readonly era: 'modern' | 'legacy';
  /** The protocol revision. */
  readonly revision: string;
  /** How it arrived; `process` for calls of the application itself. */
  readonly via: 'http' | 'stdio' | 'process';
  readonly caller: Caller;
  /** The trace that it belongs to, 32 hex digits, if its client or OpenTelemetry named one. */
  readonly traceId?: string;
}

export interface RunningCall extends CallHead {
  /** How long it has been running, ms. */
  readonly runningMs: number;
}

/** A call that has ended, as a line of the tape. */
export interface CallRecord extends CallHead {
  readonly milliseconds: number;
  readonly outcome: CallOutcome;
  /** Why it was refused: `unauthenticated`, `forbidden`, `scope`, `limit` or `capacity`. */
  readonly reason?: string;
  /** The code of the JSON-RPC error. */
  readonly code?: number;
  /** The JSON-RPC id, which the client chose, cut to 64 characters. */
  readonly requestId?: string | number;
  /** Without what `@McpSecret()` marks, and only with the option `showArguments`. */
  readonly arguments?: Readonly<Record<string, unknown>>;
  /** Only with the option `showArguments`, and only if the arguments did not fit. */
  readonly argumentsLeftOut?: true;
  /** What happened on its way, in the order of time: the timeline. Absent if nothing but the method itself. */
  readonly steps?: readonly CallStep[];
}

/**
 * A part of a call's time. Those of other instances are among them, placed by what must have been before, as two clocks
 * cannot be compared.
 */
export interface CallStep {
  /** For example `method`, `question`, `answer`, `redis`, `write`. New words may come. */
  readonly what: string;
  /** Where it happened. */
  readonly instance: string;
  /** From the arrival of the call, ms. */
  readonly afterMs: number;
  /** `null` for a moment without duration, or one that has not ended. */
  readonly milliseconds: number | null;
  /** For people: the kind of the question, for example. It holds nothing that a user entered. */
  readonly detail?: string;
  /** Of a question: what its answer is known by. */
  readonly question?: string;
}

/** The answer of a client has come, on whichever instance, and was passed on to the one that had asked. */
export interface AnswerRecord {
  /** Where it has come to. */
  readonly instance: string;
  /** By the clock of that instance, ms since the epoch. */
  readonly at: number;
  /** `SessionView.id`. */
  readonly session: string;
  /** `CallStep.question`. */
  readonly question: string;
  /** How long it took to pass it on, ms. */
  readonly milliseconds: number;
}
