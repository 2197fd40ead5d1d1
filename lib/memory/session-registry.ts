import type { SessionKey } from '../session/session-record.js';

/**
 * Tells the event log of a process which sessions of the session store exist. On Redis the log's scripts check the key
 * of the session instead, which the store's `end` deletes. In memory the log checks and listens in the same tick, so
 * that nothing can be appended to an ended session.
 *
 * @publicApi
 */
export interface SessionRegistry {
  /** Whether the session exists. */
  has(key: SessionKey): boolean;
  /** Whose share the session counts for. A registry without it counts for principals. */
  clientOf?(key: SessionKey): string | undefined;
  /**
   * Calls the listener for each session that has ended or expired, after its removal.
   *
   * @returns a function that removes the listener
   */
  onEnd(listener: (key: SessionKey) => void): () => void;
}

/**
 * The registry of a custom session store. If the store does not implement `SessionRegistry`, every session counts as
 * existing, and streams expire by their own time limits instead of ending with their session.
 */
export function asSessionRegistry(store: object): SessionRegistry {
  if ('has' in store && 'onEnd' in store) return store as SessionRegistry;
  return { has: () => true, onEnd: () => () => {} };
}
