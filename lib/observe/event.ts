import type { Via } from '../exchange/peer.js';
import type { McpQuestionOutcome } from '../interaction/question-observer.js';
import type { RequestId } from '../protocol/messages.js';
import type { Era, Revision } from '../protocol/revisions.js';
import type { McpAuditCaller, McpAuditEvent } from './audit-event.js';
import type { McpEventOrigin } from './event-origin.js';

/**
 * A request of a client, or a call in process, begins. Its end is an `McpAuditRequest`.
 *
 * @publicApi
 */
export interface McpRequestStart extends McpEventOrigin {
  readonly kind: 'request-start';
  readonly who: McpAuditCaller;
  /** The JSON-RPC method, cut to 128 characters. */
  readonly method: string;
  /** The name of the tool, resource, template or prompt; see `McpAuditRequest`. */
  readonly name?: string;
  readonly era: Era;
  readonly revision: Revision;
  /** The JSON-RPC id, which the client chose. */
  readonly requestId: RequestId;
  readonly via: Via;
  /** A digest of the session's id. `undefined` outside of sessions. */
  readonly session?: string;
}

/**
 * A client has opened a session. Its end is an `McpAuditSessionEnd`.
 *
 * @publicApi
 */
export interface McpSessionStart extends McpEventOrigin {
  readonly kind: 'session-start';
  readonly who: McpAuditCaller;
  readonly revision: Revision;
  /** A digest of the session's id, by which events of one session are found. */
  readonly session: string;
}

/**
 * A legacy client, or the client of a task, is asked for input: `elicitation/create`, `sampling/createMessage` or
 * `roots/list`. What a modern call asks is the result of its request, with the outcome `input-required`.
 *
 * @publicApi
 */
export interface McpQuestion extends McpEventOrigin {
  readonly kind: 'question';
  /** Identifies the question: its JSON-RPC id in a session, its key in a task. */
  readonly question: string;
  /** The method of the question. */
  readonly method: string;
  /** The name of the tool, resource, template or prompt that asks. */
  readonly name?: string;
  readonly requestId: RequestId;
  readonly session?: string;
}

/**
 * A question has ended, on the instance that asked it.
 *
 * @publicApi
 */
export interface McpQuestionEnd extends Omit<McpQuestion, 'kind'> {
  readonly kind: 'question-end';
  readonly outcome: McpQuestionOutcome;
  /** How long it was open, in ms. */
  readonly milliseconds: number;
}

/**
 * The answer of a legacy client has arrived, on whichever instance of the fleet.
 *
 * @publicApi
 */
export interface McpAnswer extends McpEventOrigin {
  readonly kind: 'answer';
  /** The JSON-RPC id of the question, cut to 128 characters. */
  readonly question: string;
  readonly session: string;
  /** Whether a question was open with that id, so that it has its answer now. */
  readonly accepted: boolean;
  /** How long it took to pass it on, in ms. */
  readonly milliseconds: number;
}

/**
 * How a client came back to a stream: `exact`, it missed nothing; `gap`, the history had lost something, and the client
 * was told; `unknown`, the log does not know the stream, and the client was refused.
 *
 * @publicApi
 */
export type McpResumeOutcome = 'exact' | 'gap' | 'unknown';

/**
 * A legacy client has resumed a stream with `Last-Event-ID`.
 *
 * @publicApi
 */
export interface McpStreamResume extends McpEventOrigin {
  readonly kind: 'stream-resume';
  readonly outcome: McpResumeOutcome;
  /** `standalone`, or `response` for the stream of a POST. */
  readonly stream: 'standalone' | 'response';
  readonly session: string;
}

/**
 * The lease of a task was lost. `former`: the instance that ran it has noticed, and has stopped. `successor`: this
 * instance has taken the task over, because its lease had expired or was given back in a shutdown.
 *
 * @publicApi
 */
export interface McpLeaseLoss extends McpEventOrigin {
  readonly kind: 'lease-loss';
  readonly side: 'former' | 'successor';
  /** The name of the tool. */
  readonly name: string;
  /** How many instances have run the task, this one included. */
  readonly runs: number;
}

/**
 * A message has come from one instance to another through Redis, from its publication to its arrival. It is measured by
 * the message that each instance sends itself every five seconds, as two clocks cannot be compared.
 *
 * @publicApi
 */
export interface McpHop extends McpEventOrigin {
  readonly kind: 'hop';
  readonly milliseconds: number;
}

/**
 * What happens on a server, as it is published on the channels of `node:diagnostics_channel` that `mcpChannel()` names.
 * No event holds a token, a session id, a header or a result.
 *
 * @publicApi
 */
export type McpEvent =
  | McpAuditEvent
  | McpRequestStart
  | McpSessionStart
  | McpQuestion
  | McpQuestionEnd
  | McpAnswer
  | McpStreamResume
  | McpLeaseLoss
  | McpHop;

/**
 * What an event is about.
 *
 * @publicApi
 */
export type McpEventKind = McpEvent['kind'];

/** An event of one kind. */
export type EventOf<K extends McpEventKind> = Extract<McpEvent, { readonly kind: K }>;
