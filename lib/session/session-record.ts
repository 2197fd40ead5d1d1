import type { LegacyRevision } from '../protocol/revisions.js';
import type { LogLevel } from '../protocol/log-levels.js';

/**
 * Identifies a session. The owner is part of the key, so a session id presented by another principal matches nothing,
 * and a caller cannot distinguish a foreign session from an unknown one (SEC3).
 *
 * @publicApi
 */
export interface SessionKey {
  /** `principalId()` of the owner. */
  readonly principal: string;
  /** The `Mcp-Session-Id`. */
  readonly id: string;
}

/** How the client identified itself in `initialize`. It is for display only and must never affect a decision (Z-19). */
export interface ClientInfo {
  readonly name: string;
  readonly version: string;
  readonly [field: string]: unknown;
}

/**
 * The state of one legacy session that any instance needs to serve its next message (G-7).
 *
 * @publicApi
 */
export interface SessionRecord extends SessionKey {
  /** Whose shares the session counts for: its principal, or the address of an anonymous client. Default: its principal. */
  readonly client?: string;
  readonly revision: LegacyRevision;
  readonly clientInfo?: ClientInfo;
  readonly clientCapabilities: Readonly<Record<string, unknown>>;
  /** Where the broadcasts begin that it gets, in the broadcast log of the `EventLog`. Default: where it is first read. */
  readonly broadcastsFrom?: string;
  /** When it was opened, in ms since the epoch, by the clock of the instance. Default: that is not known. */
  readonly openedAt?: number;
  /** Whether the client has sent `notifications/initialized`. */
  readonly initialized: boolean;
  /** The level set by `logging/setLevel`. Absent until the client sets one. */
  readonly logLevel?: LogLevel;
}

/**
 * The fields of a session that can change, for `SessionStore.update()`.
 *
 * @publicApi
 */
export type SessionPatch = Partial<Pick<SessionRecord, 'initialized' | 'logLevel'>>;
