import { concat, defer, of, retry, switchMap, throwError, timer, type Observable } from 'rxjs';
import { BackendUnavailableError } from '../../../session/backend-unavailable.js';
import type { SessionRecord } from '../../../session/session-record.js';
import type { ResumePoint } from '../../../stream/resume.js';
import { cursorFrame } from './reconnect-frames.js';
import type { HttpContext } from '../http-context.js';
import { RETRY_MS } from './stream-frames.js';
import { retryFrame } from '../sse/sse-frame.js';

/** What a GET asks for. `point` is undefined where it begins. */
export interface StreamPosition {
  readonly session: SessionRecord;
  readonly point: ResumePoint | undefined;
}

/** Between two looks of one that waits; looks themselves wait for the backend, so this is no poll. */
const PAUSE_MS = 200;

/**
 * The frames of a GET that came while the backend was away: held open with its own cursor, since clients give a stream up
 * for ever after two refusals, and read on when the backend is back (F4).
 *
 * @param find looks the place up; `undefined` where a client has to ask again to be told why there is none
 */
export const heldFrames = (
  http: HttpContext,
  find: () => Promise<StreamPosition | undefined>,
  framesOf: (place: StreamPosition) => Observable<string>,
): Observable<string> =>
  concat(
    cursorFrame(http),
    defer(find).pipe(
      retry({
        // Spread: all of them wake up together (F13).
        delay: (error) =>
          error instanceof BackendUnavailableError ? timer(PAUSE_MS * (0.5 + Math.random())) : throwError(() => error),
      }),
      switchMap((place) => (place ? framesOf(place) : of(retryFrame(RETRY_MS)))),
    ),
  );
