import type { Envelope } from '../protocol/envelope.js';
import type { LogLevel } from '../protocol/log-levels.js';
import type { JsonObject } from '../protocol/messages.js';
import { type Era, MODERN_REVISION, type Revision } from '../protocol/revisions.js';
import { type Principal, principalId } from '../session/principal.js';
import type { SessionRecord } from '../session/session-record.js';

/** Everything known about who sends a message, for this message alone. */
export interface Peer {
  readonly era: Era;
  readonly revision: Revision;
  readonly principal: Principal | undefined;
  /** `principalId(principal)`: what sessions, streams and cursors are bound to. */
  readonly principalId: string;
  readonly clientCapabilities: Readonly<JsonObject>;
  readonly clientInfo: JsonObject | undefined;
  /** Threshold for `notifications/message`; `undefined` sends none (modern) or is resolved from the session (legacy). */
  readonly logLevel: LogLevel | undefined;
  readonly session: SessionRecord | undefined;
  /** Lower-cased HTTP headers; empty on stdio. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The framework's request object; `undefined` on stdio. */
  readonly http: unknown;
}

/** What the transport knows about the sender of one message. */
export interface Sender {
  readonly principal?: Principal;
  /** Lower-cased HTTP headers. */
  readonly headers?: Peer['headers'];
  /** The framework's request object. */
  readonly http?: unknown;
}

/** Whoever started the process, for stdio: its credentials are those of the process's environment (D-6). */
const LOCAL: Sender = {};
const NO_HEADERS: Peer['headers'] = {};

/** The sender of a modern request, which describes itself in the request's envelope (E-6). */
export const modernPeer = (
  { clientCapabilities, clientInfo, logLevel }: Omit<Envelope, 'protocolVersion'>,
  { principal, headers = NO_HEADERS, http }: Sender = LOCAL,
): Peer => ({
  era: 'modern',
  revision: MODERN_REVISION,
  principal,
  principalId: principalId(principal),
  clientCapabilities,
  clientInfo,
  logLevel,
  session: undefined,
  headers,
  http,
});

/** The sender of a message in a legacy session, which remembers what the client said in `initialize` (G-7). */
export const legacyPeer = (
  session: SessionRecord,
  { principal, headers = NO_HEADERS, http }: Sender = LOCAL,
): Peer => ({
  era: 'legacy',
  revision: session.revision,
  principal,
  principalId: session.principal,
  clientCapabilities: session.clientCapabilities,
  clientInfo: session.clientInfo,
  logLevel: session.logLevel,
  session,
  headers,
  http,
});
