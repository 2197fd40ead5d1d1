import type { Envelope } from '../protocol/envelope.js';
import type { LogLevel } from '../protocol/log-levels.js';
import type { JsonObject } from '../protocol/messages.js';
import { type Era, MODERN_REVISION, type Revision } from '../protocol/revisions.js';
import { type Principal, principalId } from '../session/principal.js';
import type { SessionRecord } from '../session/session-record.js';
import { LocalRequest } from './local-request.js';

/** The part of an HTTP response that enhancers of a call may write to. */
export interface ResponseHead {
  readonly headersSent: boolean;
  setHeader(name: string, value: number | string | readonly string[]): unknown;
  getHeader(name: string): number | string | string[] | undefined;
  getHeaders(): Readonly<Record<string, number | string | string[] | undefined>>;
  removeHeader(name: string): void;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
}

/** How a message arrived; `process` for what the application does itself. */
export type Via = 'http' | 'stdio' | 'process';

/** Everything known about the sender of a message. It is valid for this message only. */
export interface Peer {
  readonly era: Era;
  readonly revision: Revision;
  readonly principal: Principal | undefined;
  /** `principalId(principal)`, the owner of sessions, streams and cursors. */
  readonly principalId: string;
  /** Whose shares count: the principal, or the address of an anonymous client. */
  readonly client: string;
  readonly via: Via;
  /** The address of the client, as the framework knows it. `undefined` unless it came by HTTP. */
  readonly address: string | undefined;
  readonly clientCapabilities: Readonly<JsonObject>;
  readonly clientInfo: JsonObject | undefined;
  /** The threshold for `notifications/message`. `undefined` sends none (modern) or uses the default level (legacy). */
  readonly logLevel: LogLevel | undefined;
  readonly session: SessionRecord | undefined;
  /** The HTTP headers with lower-case names. Empty on stdio. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The framework's request object. `undefined` on stdio. */
  readonly http: unknown;
  /** The request as guards see it: `http`, or an object of the call's own. */
  readonly request: object;
  /** The response that will carry the result. `undefined` on stdio and in process. */
  readonly response: ResponseHead | undefined;
  /** When a subscription of this sender ends, in ms since the epoch. `undefined` for never. */
  readonly endsAt?: number;
}

/** The information a transport has about the sender of a message. */
export interface Sender {
  readonly principal?: Principal;
  /** Whose shares count. Default: the principal. */
  readonly client?: string;
  /** Default: `stdio`. */
  readonly via?: Via;
  readonly address?: string;
  /** The HTTP headers with lower-case names. */
  readonly headers?: Peer['headers'];
  /** The framework's request object. */
  readonly http?: object;
  /** Default: `http`, or a `LocalRequest`. */
  readonly request?: object;
  readonly response?: ResponseHead;
  readonly endsAt?: number;
}

/** The sender on stdio: the user who started the process, with the credentials of its environment (D-6). */
const LOCAL: Sender = {};
const NO_HEADERS: Peer['headers'] = {};

/** The sender of a modern request, as described by the envelope of the request (E-6). */
export const modernPeer = (
  { clientCapabilities, clientInfo, logLevel }: Omit<Envelope, 'protocolVersion'>,
  { principal, client, via = 'stdio', address, headers = NO_HEADERS, http, request, response, endsAt }: Sender = LOCAL,
): Peer => ({
  era: 'modern',
  revision: MODERN_REVISION,
  principal,
  principalId: principalId(principal),
  client: client ?? principalId(principal),
  via,
  address,
  clientCapabilities,
  clientInfo,
  logLevel,
  session: undefined,
  headers,
  http,
  request: request ?? http ?? new LocalRequest(headers, principal),
  response,
  endsAt,
});

/** The sender of a message in a legacy session, which stores what the client declared in `initialize` (G-7). */
export const legacyPeer = (
  session: SessionRecord,
  { principal, client, via = 'stdio', address, headers = NO_HEADERS, http, request, response }: Sender = LOCAL,
): Peer => ({
  era: 'legacy',
  revision: session.revision,
  principal,
  principalId: session.principal,
  client: client ?? session.principal,
  via,
  address,
  clientCapabilities: session.clientCapabilities,
  clientInfo: session.clientInfo,
  logLevel: session.logLevel,
  session,
  headers,
  http,
  request: request ?? http ?? new LocalRequest(headers, principal),
  response,
});
