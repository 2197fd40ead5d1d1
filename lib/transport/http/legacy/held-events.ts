import { concat, defer, of, retry, switchMap, throwError, timer, type Observable } from 'rxjs';
import { BackendUnavailableError } from '../../../session/backend-unavailable.js';
import type { SessionRecord } from '../../../session/session-record.js';
import type { ResumePoint } from '../../../stream/resume.js';
import { cursorEvent } from './reconnect-events.js';
import type { HttpContext } from '../http-context.js';
import { RETRY_MS } from './stream-events.js';
import { retryEvent, type SseEvent } from '../sse/sse-event.js';

/** The session and position from which a GET reads. `point` is `undefined` for a GET without `Last-Event-ID`. */
export interface StreamPosition {
  readonly session: SessionRecord;
  readonly point: ResumePoint | undefined;
}

/** The pause between two attempts, ms. Each attempt itself waits for the backend, so this is not a busy poll. */
const RETRY_PAUSE_MS = 200;

/**
 * The events of a GET that arrived while the backend was unavailable. It is held open with its own cursor, because
 * clients give up a stream forever after two refusals, and is served once the backend is available (F4).
 *
 * @param findPosition resolves with `undefined` if the GET must be refused; the client then reconnects to get the error
 */
export const heldEvents = (
  http: HttpContext,
  findPosition: () => Promise<StreamPosition | undefined>,
  eventsOf: (position: StreamPosition) => Observable<SseEvent>,
): Observable<SseEvent> =>
  concat(
    cursorEvent(http),
    defer(findPosition).pipe(
      retry({
        // Randomized, because all held GETs retry at the same time (F13).
        delay: (error) =>
          error instanceof BackendUnavailableError
            ? timer(RETRY_PAUSE_MS * (0.5 + Math.random()))
            : throwError(() => error),
      }),
      switchMap((position) => (position ? eventsOf(position) : of(retryEvent(RETRY_MS)))),
    ),
  );
