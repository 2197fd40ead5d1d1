import type { Caller } from './caller.js';

/** The event stream of a session on the instance that reports it. */
export interface OpenStream {
  /** `SessionView.id`. */
  readonly session: string;
}

/** A legacy session. */
export interface SessionView {
  /** A digest of the session's id, which is the same in the audit. The id itself is never shown. */
  readonly id: string;
  readonly caller: Caller;
  readonly revision: string;
  /** Whether the client has finished the handshake. */
  readonly initialized: boolean;
  /** What the client can do: the names of its capabilities. */
  readonly capabilities: readonly string[];
  readonly logLevel?: string;
}

/** The sessions of the whole fleet, read every few seconds. */
export interface SessionList {
  /** ms since the epoch. */
  readonly at: number;
  readonly sessions: readonly SessionView[];
  /** How many there are, about. */
  readonly total: number;
  /** Whether `sessions` has only some of them. */
  readonly truncated: boolean;
}
