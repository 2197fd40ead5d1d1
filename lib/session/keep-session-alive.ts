import type { SessionKey } from './session-record.js';
import type { SessionStore } from './session-store.js';

/**
 * An open connection is a sign of life: a client that only listens for an hour is still there. Touches the session well
 * within its idle TTL.
 *
 * @returns what ends it
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
