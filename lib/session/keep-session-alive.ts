import type { SessionKey } from './session-record.js';
import type { SessionStore } from './session-store.js';

/**
 * Loads the session at a third of its idle TTL while a connection is open, because a client that only listens for an
 * hour is still alive.
 *
 * @returns a function that stops it
 */
export function keepSessionAlive(
  sessions: SessionStore,
  key: SessionKey,
  idleTtlMs: number,
  report: (error: unknown) => void,
): () => void {
  const timer = setInterval(() => void sessions.load(key).catch(report), Math.ceil(idleTtlMs / 3)).unref();
  const release = sessions.hold(key);
  return () => {
    clearInterval(timer);
    release();
  };
}
