import type { LegacyRevision } from '../protocol/revisions.js';
import type { LogLevel } from '../protocol/log-levels.js';

/**
 * Names a session. The owner is part of the name: a session id presented by anybody else names nothing,
 * so a foreign session cannot be told from an unknown one (S3).
 */
export interface SessionKey {
  /** `principalId()` of the owner. */
  readonly principal: string;
  /** The `Mcp-Session-Id`. */
  readonly id: string;
}

/** Who the client said it is in `initialize`. For display only, never for a decision (Z-19). */
export interface ClientInfo {
  readonly name: string;
  readonly version: string;
  readonly [field: string]: unknown;
}

/** What one legacy session needs on whatever instance serves its next message (G-7). */
export interface SessionRecord extends SessionKey {
  readonly revision: LegacyRevision;
  readonly clientInfo?: ClientInfo;
  readonly clientCapabilities: Readonly<Record<string, unknown>>;
  readonly initialized: boolean;
  readonly logLevel?: LogLevel;
}

/** The fields of a session that change during its life. */
export type SessionPatch = Partial<Pick<SessionRecord, 'initialized' | 'logLevel'>>;
