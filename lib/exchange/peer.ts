import type { Envelope } from '../protocol/envelope.js';
import type { LogLevel } from '../protocol/log-levels.js';
import type { JsonObject } from '../protocol/messages.js';
import { type Era, MODERN_REVISION, type Revision } from '../protocol/revisions.js';
import { type Principal, principalId } from '../session/principal.js';
import type { SessionRecord } from '../session/session-record.js';

/** Everything known about the sender of a message. It is valid for this message only. */
export interface Peer {
  readonly era: Era;
  readonly revision: Revision;
  readonly principal: Principal | undefined;
  /** `principalId(principal)`, the owner of sessions, streams and cursors. */
  readonly principalId: string;
  /** Whose shares count: the principal, or the address of an anonymous client. */
  readonly client: string;
  readonly clientCapabilities: Readonly<JsonObject>;
  readonly clientInfo: JsonObject | undefined;
  /** The threshold for `notifications/message`. `undefined` sends none (modern) or uses the default level (legacy). */
  readonly logLevel: LogLevel | undefined;
  readonly session: SessionRecord | undefined;
  /** The HTTP headers with lower-case names. Empty on stdio. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The framework's request object. `undefined` on stdio. */
  readonly http: unknown;
}

/** The information a transport has about the sender of a message. */
export interface Sender {
  readonly principal?: Principal;
  /** Whose shares count. Default: the principal. */
  readonly client?: string;
  /** The HTTP headers with lower-case names. */
  readonly headers?: Peer['headers'];
  /** The framework's request object. */
  readonly http?: unknown;
}

/** The sender on stdio: the user who started the process, with the credentials of its environment (D-6). */
const LOCAL: Sender = {};
const NO_HEADERS: Peer['headers'] = {};

/** The sender of a modern request, as described by the envelope of the request (E-6). */
export const modernPeer = (
  { clientCapabilities, clientInfo, logLevel }: Omit<Envelope, 'protocolVersion'>,
  { principal, client, headers = NO_HEADERS, http }: Sender = LOCAL,
): Peer => ({
  era: 'modern',
  revision: MODERN_REVISION,
  principal,
  principalId: principalId(principal),
  client: client ?? principalId(principal),
  clientCapabilities,
  clientInfo,
  logLevel,
  session: undefined,
  headers,
  http,
});

/** The sender of a message in a legacy session, which stores what the client declared in `initialize` (G-7). */
export const legacyPeer = (
  session: SessionRecord,
  { principal, client, headers = NO_HEADERS, http }: Sender = LOCAL,
): Peer => ({
  era: 'legacy',
  revision: session.revision,
  principal,
  principalId: session.principal,
  client: client ?? session.principal,
  clientCapabilities: session.clientCapabilities,
  clientInfo: session.clientInfo,
  logLevel: session.logLevel,
  session,
  headers,
  http,
});
