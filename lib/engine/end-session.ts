import type { McpAuditCaller } from '../observe/audit-event.js';
import type { Observer } from '../observe/observer.js';
import type { SessionKey } from '../session/session-record.js';
import type { SessionStore } from '../session/session-store.js';

export interface SessionEnding {
  readonly sessions: SessionStore;
  /** Tells the other instances. */
  readonly bus: { publish(event: { type: 'session-ended'; session: SessionKey }): Promise<void> };
  readonly observer: Observer;
  readonly report: (error: unknown) => void;
}

/**
 * Ends a session with all its streams and what runs in it, on every instance.
 *
 * @param who ends it
 * @param ended called as soon as it has ended
 * @returns false if there is no such session
 */
export async function endSession(
  { sessions, bus, observer, report }: SessionEnding,
  session: SessionKey,
  who: McpAuditCaller,
  ended?: () => void,
): Promise<boolean> {
  const openedAt = observer.isTold('session-end') ? (await sessions.peek(session))?.openedAt : undefined;
  if (!(await sessions.end(session))) return false;
  ended?.();
  observer.sessionEnded({ ...session, openedAt }, who);
  // What runs in it on any instance is cancelled: nobody can get its results any more.
  await bus.publish({ type: 'session-ended', session }).catch(report);
  return true;
}
