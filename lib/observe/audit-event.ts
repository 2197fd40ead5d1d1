import type { Via } from '../exchange/peer.js';
import type { JsonObject, RequestId } from '../protocol/messages.js';
import type { Era, Revision } from '../protocol/revisions.js';
import type { McpEventOrigin } from './event-origin.js';

/**
 * Who did something, as the audit knows them: without credentials, and without what a token says beyond the identity.
 *
 * @publicApi
 */
export interface McpAuditCaller {
  /** `principalId()` of the principal, or `anon` for an anonymous caller. It does not change with a token refresh. */
  readonly principal: string;
  /** The authority that issued the token. `undefined` for an anonymous caller. */
  readonly issuer?: string;
  /** The user, unique for the issuer. `undefined` for an anonymous caller. */
  readonly subject?: string;
  /** The OAuth client. `undefined` if the token names none. */
  readonly clientId?: string;
  /** The organisation of the user. `undefined` if the principal names none. */
  readonly tenant?: string;
  /** The address of the client, as the HTTP framework knows it. `undefined` on stdio, in process and in tasks. */
  readonly address?: string;
}

/**
 * Why something was refused: the caller is not known (`unauthenticated`) or has not the permission (`forbidden`), its
 * token lacks scopes (`scope`), it has used up its share (`limit`), or the server has no room for anybody or
 * cannot reach its Redis (`capacity`).
 *
 * @publicApi
 */
export type McpAuditReason = 'unauthenticated' | 'forbidden' | 'scope' | 'limit' | 'capacity';

/**
 * How something ended: `ok`; `tool-error`, a result with `isError`; `error`, a JSON-RPC error; `refused`, with a
 * reason; `cancelled` by its client, or by a shutdown; `timeout`, after `callTimeoutMs`; `input-required`, the client is
 * asked for input and calls again; `task`, it goes on as a task, whose end is an event of its own.
 *
 * @publicApi
 */
export type McpAuditOutcome =
  'ok' | 'tool-error' | 'error' | 'refused' | 'cancelled' | 'timeout' | 'input-required' | 'task';

interface AuditEvent extends McpEventOrigin {
  readonly who: McpAuditCaller;
  readonly outcome: McpAuditOutcome;
  /** Why it was refused. `undefined` unless `outcome` is `refused`. */
  readonly reason?: McpAuditReason;
  /** A digest of the session's id, by which events of one session are found. `undefined` outside of sessions. */
  readonly session?: string;
}

/**
 * A request of a client, or a call in process, has been answered: `tools/call`, a list, `initialize` and so on.
 *
 * @publicApi
 */
export interface McpAuditRequest extends AuditEvent {
  readonly kind: 'request';
  /** How long it took, from the dispatch of the request to its answer, in ms. */
  readonly milliseconds: number;
  /** The JSON-RPC method, cut to 128 characters. */
  readonly method: string;
  /**
   * The name of the tool, resource, template or prompt, as far as the server has one; for an unknown tool or prompt what
   * the client asked for, cut to 128 characters.
   */
  readonly name?: string;
  readonly era: Era;
  readonly revision: Revision;
  /** The JSON-RPC id, which the client chose. */
  readonly requestId: RequestId;
  /** How it arrived; `process` for calls of the application itself. */
  readonly via: Via;
  /** The code of the JSON-RPC error. `undefined` without one. */
  readonly code?: number;
  /**
   * The arguments, if the option `audit.arguments` is set: without what `@McpSecret()` marks and without what the schema
   * does not declare.
   */
  readonly arguments?: JsonObject;
}

/**
 * An HTTP request was refused before its method ran: because of its credentials, its host or origin, or a limit.
 *
 * @publicApi
 */
export interface McpAuditRefusal extends AuditEvent {
  readonly kind: 'refusal';
  readonly outcome: 'refused';
  readonly reason: McpAuditReason;
  /** The HTTP status of the answer. */
  readonly status: number;
  readonly via: 'http';
}

/**
 * A task has ended, on whichever instance; its call was an event of kind `request` with the outcome `task`.
 *
 * @publicApi
 */
export interface McpAuditTaskEnd extends AuditEvent {
  readonly kind: 'task-end';
  /** How long it took, from the creation of the task to its end, in ms. */
  readonly milliseconds: number;
  /** The name of the tool. */
  readonly name: string;
  /** The code of the JSON-RPC error. `undefined` without one. */
  readonly code?: number;
}

/**
 * A session has ended: `ok`, by its client; `timeout`, it was idle for `sessionIdleTtlMs` or made room for another one.
 * An expired session is recorded once, by one of the instances, within some time; of its owner only the id is known.
 *
 * @publicApi
 */
export interface McpAuditSessionEnd extends AuditEvent {
  readonly kind: 'session-end';
  readonly outcome: 'ok' | 'timeout';
  /** How long it was open, in ms. `undefined` for a session that has expired. */
  readonly milliseconds?: number;
}

/**
 * What an `AuditSink` records. It can be written as JSON, and holds no token, no session id, no header and no result.
 *
 * @publicApi
 */
export type McpAuditEvent = McpAuditRequest | McpAuditRefusal | McpAuditTaskEnd | McpAuditSessionEnd;
