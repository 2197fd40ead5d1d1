import { concat, EMPTY, of, type Observable } from 'rxjs';
import { isLegacyRevision, TRAITS } from '../../../protocol/revisions.js';
import { parseEventId } from '../../../stream/event-id.js';
import { headerOf, type HttpContext } from '../http-context.js';
import { RETRY_MS } from './stream-events.js';
import { primingEvent, retryEvent, type SseEvent } from '../sse/sse-event.js';

/** The clients of a closing instance reconnect elsewhere within this time, not all at once, ms (F2, F13). */
const SPREAD_MS = 4000;

/**
 * Sends a GET its own cursor back before anything is read: a client whose stream ends before it got an id would have no
 * cursor to reconnect with (finding 8).
 */
export function cursorEvent(http: HttpContext): Observable<SseEvent> {
  const cursor = headerOf(http, 'last-event-id');
  if (parseEventId(cursor) === undefined) return EMPTY;
  const version = headerOf(http, 'mcp-protocol-version');
  return of(primingEvent(cursor!, RETRY_MS, isLegacyRevision(version) && TRAITS[version].priming));
}

/** The reconnect hint of a closing instance. A refusal would count as one of the client's few attempts (finding 7). */
export const reconnectEvent = (): SseEvent => retryEvent(RETRY_MS + Math.floor(Math.random() * SPREAD_MS));

/** The whole stream of a GET that arrives while the instance is closing. */
export const reconnectEvents = (http: HttpContext): Observable<SseEvent> =>
  concat(cursorEvent(http), of(reconnectEvent()));
