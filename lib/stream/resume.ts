import type { SessionKey } from '../session/session-record.js';
import { parseEventId } from './event-id.js';
import { type EventLog, STANDALONE_STREAM } from './event-log.js';

/** Where a client wants to go on. */
export interface ResumePoint {
  readonly stream: string;
  readonly cursor: string;
}

/**
 * Reads a `Last-Event-ID`. It can only name a stream of the session whose owner was verified before, so there is nothing
 * of others to find here (P4).
 *
 * @returns `undefined` when the answer is 400: not an id of ours, or the stream of a POST that is not kept any more. A
 * standing stream always exists; if its history does not, `openStream` says so with a gap.
 */
export async function resumePoint(
  log: EventLog,
  session: SessionKey,
  lastEventId: string,
): Promise<ResumePoint | undefined> {
  const event = parseEventId(lastEventId);
  if (event === undefined) return undefined;
  const point = { stream: event.stream, cursor: event.id };
  if (event.stream === STANDALONE_STREAM) return point;
  return (await log.read(session, event.stream, event.id, 1)).known ? point : undefined;
}
