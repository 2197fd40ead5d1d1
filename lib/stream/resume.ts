import type { SessionKey } from '../session/session-record.js';
import { parseEventId } from './event-id.js';
import { type EventLog, STANDALONE_STREAM } from './event-log.js';

/** The position from which a client wants to resume. */
export interface ResumePoint {
  readonly stream: string;
  readonly cursor: string;
}

/**
 * Reads a `Last-Event-ID`. It can only name a stream of the session whose owner was already verified, so it gives no
 * access to the streams of others (P4).
 *
 * @returns `undefined` when the response must be 400: the id is not one of ours, or it names the stream of a POST that
 * is no longer kept. The standalone stream always exists; if its history is gone, `openStream` emits a gap.
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
