import { catchError, concat, concatMap, defer, EMPTY, finalize, from, of, type Observable } from 'rxjs';
import { TRAITS } from '../../../protocol/revisions.js';
import type { SessionRecord } from '../../../session/session-record.js';
import { formatEventId } from '../../../stream/event-id.js';
import { openStandaloneStream } from '../../../broadcast/standalone-stream.js';
import { STANDALONE_STREAM } from '../../../stream/event-log.js';
import { openStream } from '../../../stream/stream-reader.js';
import type { LegacyServices } from '../../legacy-services.js';
import { commentEvent, messageEvent, primingEvent, retryEvent, type SseEvent } from '../sse/sse-event.js';

/**
 * How long a client waits before it reconnects, ms. It is short because an instance can serve the client at once
 * (§5.4).
 */
export const RETRY_MS = 1000;

/** The final entry of a stream whose request was cancelled: it ends the stream without a response. */
export const NO_RESPONSE = '';

type MayReceive = (text: string) => boolean | Promise<boolean>;

const ALL: MayReceive = () => true;

/**
 * The events of one connection to one stream of a session.
 *
 * @param cursor where to continue; see `StreamOpening.cursor`
 * @param mayReceive whether a message may be sent to this client. Default: all
 */
export function streamEvents(
  services: LegacyServices,
  session: SessionRecord,
  stream: string,
  cursor: string | undefined,
  mayReceive: MayReceive = ALL,
): Observable<SseEvent> {
  const { log, broker, report } = services;
  const idOf = (id: string) => formatEventId(stream, id);
  const primingEventOf = (id: string) => primingEvent(idOf(id), RETRY_MS, TRAITS[session.revision].priming);
  return defer(() => {
    const release = services.keepSessionAlive(session);
    const events =
      stream === STANDALONE_STREAM
        ? openStandaloneStream({ ...services, session, cursor })
        : openStream({ log, broker, session, stream, cursor, report });
    return events.pipe(
      // In order: describing a gap takes a moment, and no later message may overtake its notifications.
      concatMap((event): Observable<SseEvent> => {
        switch (event.kind) {
          case 'primed':
            return of(primingEventOf(event.cursor));
          case 'message':
            if (event.data === NO_RESPONSE) return EMPTY;
            return ifReceived(mayReceive(event.data), messageEvent(event.data, idOf(event.id)));
          case 'gap':
            // The cursor is sent last. A client that is disconnected in between reconnects with the old cursor and gets
            // all notifications again, never half of them (P3). The cursor is sent even if nothing follows.
            return concat(
              of(commentEvent('gap')),
              // A gap in the stream of a POST lost notifications only: the response is stored apart and still arrives.
              stream === STANDALONE_STREAM ? gapEvents(services, session, event.reason, mayReceive) : EMPTY,
              of(primingEventOf(event.cursor)),
            );
          case 'end':
            return event.reason === 'final' ? EMPTY : of(retryEvent(RETRY_MS));
        }
      }),
      // The failed message is not skipped: the client reconnects for it with the cursor that it has.
      catchError((error: unknown) => {
        report(error);
        return of(retryEvent(RETRY_MS));
      }),
      finalize(release),
    );
  });
}

/**
 * Notifies the client of everything that it may have missed (§5.5). The events have no ids, as they are not in the log.
 */
const gapEvents = (
  services: LegacyServices,
  session: SessionRecord,
  reason: string,
  mayReceive: MayReceive,
): Observable<SseEvent> =>
  defer(() => services.gapNotifications(session, reason)).pipe(
    concatMap((texts) => from(texts)),
    concatMap((json) => ifReceived(mayReceive(json), messageEvent(json))),
  );

const ifReceived = (received: boolean | Promise<boolean>, event: SseEvent): Observable<SseEvent> =>
  typeof received === 'boolean'
    ? received
      ? of(event)
      : EMPTY
    : from(received).pipe(concatMap((one) => ifReceived(one, event)));
