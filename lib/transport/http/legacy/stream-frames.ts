import { catchError, concat, concatMap, defer, EMPTY, finalize, from, map, of, type Observable } from 'rxjs';
import { TRAITS } from '../../../protocol/revisions.js';
import type { SessionRecord } from '../../../session/session-record.js';
import { formatEventId } from '../../../stream/event-id.js';
import { STANDALONE_STREAM } from '../../../stream/event-log.js';
import { openStream } from '../../../stream/stream-reader.js';
import type { LegacyServices } from '../../legacy-services.js';
import { commentFrame, messageFrame, primingFrame, retryFrame } from '../sse/sse-frame.js';

/** How long a client waits before it comes back: another instance, or this one, is ready at once (§5.4). */
export const RETRY_MS = 1000;

/** Ends a stream whose request was cancelled: there is no answer, and nobody must wait for one. */
export const NO_ANSWER = '';

/** The frames of one connection to one stream of a session. @param cursor where to go on; see `StreamOpening.cursor` */
export function streamFrames(
  services: LegacyServices,
  session: SessionRecord,
  stream: string,
  cursor: string | undefined,
): Observable<string> {
  const { log, broker, report } = services;
  const idOf = (id: string) => formatEventId(stream, id);
  const prime = (id: string) => primingFrame(idOf(id), RETRY_MS, TRAITS[session.revision].priming);
  return defer(() => {
    const release = services.keepSessionAlive(session);
    return openStream({ log, broker, session, stream, cursor, report }).pipe(
      // One after the other: a gap takes a moment to describe, and nothing may overtake its signal.
      concatMap((event): Observable<string> => {
        switch (event.kind) {
          case 'primed':
            return of(prime(event.cursor));
          case 'message':
            return event.data === NO_ANSWER ? EMPTY : of(messageFrame(event.data, idOf(event.id)));
          case 'gap':
            // The cursor goes out last: a client cut in the middle of the signal comes back with the old one and is
            // told all of it again, never half of it (P3). It goes out even if nothing follows.
            return concat(
              of(commentFrame('gap')),
              // A hole in a request's own stream lost notifications at most: its answer is kept apart and still comes.
              stream === STANDALONE_STREAM ? gapFrames(services, session, event.reason) : EMPTY,
              of(prime(event.cursor)),
            );
          case 'end':
            return event.reason === 'final' ? EMPTY : of(retryFrame(RETRY_MS));
        }
      }),
      // What could not be said is not passed over: the client comes back for it with the cursor it has.
      catchError((error: unknown) => {
        report(error);
        return of(retryFrame(RETRY_MS));
      }),
      finalize(release),
    );
  });
}

/** Says again whatever the lost messages may have said (§5.5). Without ids: these entries are in no log. */
const gapFrames = (services: LegacyServices, session: SessionRecord, reason: string): Observable<string> =>
  defer(() => services.gapNotifications(session, reason)).pipe(
    concatMap((texts) => from(texts)),
    map((json) => messageFrame(json)),
  );
