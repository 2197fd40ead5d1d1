import type { McpAuditCaller } from '../observe/audit-event.js';
import type { Observer } from '../observe/observer.js';
import type { SessionKey } from '../session/session-record.js';
import type { SessionStore } from '../session/session-store.js';
import type { SessionEnds } from './session-ends.js';

export interface SessionEnding {
  readonly sessions: SessionStore;
  readonly ends: Pick<SessionEnds, 'tell'>;
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
  { sessions, ends, observer, report }: SessionEnding,
  session: SessionKey,
  who: McpAuditCaller,
  ended?: () => void,
): Promise<boolean> {
  const openedAt = observer.isTold('session-end') ? (await sessions.peek(session))?.openedAt : undefined;
  if (!(await sessions.end(session))) return false;
  ended?.();
  observer.sessionEnded({ ...session, openedAt }, who);
  await ends.tell(session).catch(report);
  return true;
}
