import type { SessionStore } from '../../session/session-store.js';
import type { Disposable } from './runner.js';

/**
 * The limits that `sessionStoreContract()` requires of the store.
 *
 * @publicApi
 */
export interface SessionStoreLimits {
  readonly idleTtlMs: number;
  readonly maxSessions: number;
  /** Of one client: see `SessionRecord.client`. */
  readonly maxSessionsPerClient: number;
  readonly maxSubscriptions: number;
}

/**
 * The set-up of one test of `sessionStoreContract()`.
 *
 * @publicApi
 */
export interface SessionStoreSetup extends Disposable {
  readonly store: SessionStore;
  /** The store of another instance with the same sessions. Default: `store`. */
  readonly peer?: SessionStore;
  /** Lets time pass: advances an injected clock, or waits if the backend has its own clock. */
  readonly advance: (ms: number) => Promise<void>;
}

/**
 * The store under test of `sessionStoreContract()`.
 *
 * @publicApi
 */
export interface SessionStoreContract {
  /** Creates an empty store. */
  readonly create: (limits: SessionStoreLimits) => Promise<SessionStoreSetup>;
}
