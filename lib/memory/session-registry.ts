import type { SessionKey } from '../session/session-record.js';

/**
 * The seam between the session store and the event log of one process. On Redis its place is taken by the session's key,
 * which the log's script asks for and the store's `end` deletes; here the log asks and listens, in the same tick, so
 * that nothing can be appended to a session that is over.
 */
export interface SessionRegistry {
  has(key: SessionKey): boolean;
  /** Calls back for each session that ended or expired, once it is gone. @returns a function that takes the listener away. */
  onEnd(listener: (key: SessionKey) => void): () => void;
}

/**
 * The live sessions of a store of the application's own. One that does not tell is taken at its word through `load`: its
 * streams then go by their own time limits instead of with their session.
 */
export function asSessionRegistry(store: object): SessionRegistry {
  if ('has' in store && 'onEnd' in store) return store as SessionRegistry;
  return { has: () => true, onEnd: () => () => {} };
}
