import { concat, EMPTY, of, type Observable } from 'rxjs';
import { isLegacyRevision, TRAITS } from '../../../protocol/revisions.js';
import { parseEventId } from '../../../stream/event-id.js';
import { headerOf, type HttpContext } from '../http-context.js';
import { RETRY_MS } from './stream-frames.js';
import { primingFrame, retryFrame } from '../sse/sse-frame.js';

/** Within this time the clients of a closing instance come back elsewhere, and not all at once (F2, F13). */
const SPREAD_MS = 4000;

/**
 * What a GET gets of which nothing is looked up: its own cursor, since a client whose stream ends before it saw an id has
 * none to come back with (finding 8).
 */
export function cursorFrame(http: HttpContext): Observable<string> {
  const cursor = headerOf(http, 'last-event-id');
  if (parseEventId(cursor) === undefined) return EMPTY;
  const version = headerOf(http, 'mcp-protocol-version');
  return of(primingFrame(cursor!, RETRY_MS, isLegacyRevision(version) && TRAITS[version].priming));
}

/** The last words of a closing instance. A refusal would count as one of the few tries of a client (finding 7). */
export const reconnectFrame = (): Observable<string> =>
  of(retryFrame(RETRY_MS + Math.floor(Math.random() * SPREAD_MS)));

export const reconnectFrames = (http: HttpContext): Observable<string> => concat(cursorFrame(http), reconnectFrame());
