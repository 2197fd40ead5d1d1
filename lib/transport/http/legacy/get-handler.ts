import { defer, finalize, Observable } from 'rxjs';
import type { Sender } from '../../../exchange/peer.js';
import { CapacityError, LimitExceededError, McpError } from '../../../protocol/errors.js';
import { callAt } from '../../../limits/call-at.js';
import type { Permit } from '../../../limits/limit-store.js';
import { BackendUnavailableError } from '../../../session/backend-unavailable.js';
import { principalId } from '../../../session/principal.js';
import { parseEventId } from '../../../stream/event-id.js';
import type { SessionRecord } from '../../../session/session-record.js';
import { STANDALONE_STREAM } from '../../../stream/event-log.js';
import { resumePoint } from '../../../stream/resume.js';
import type { LegacyServices } from '../../legacy-services.js';
import { reconnectEvent, reconnectEvents } from './reconnect-events.js';
import { acceptsEventStream, clientOf, headerOf, sendJson, senderOf, type HttpContext } from '../http-context.js';
import { heldEvents, type StreamPosition } from './held-events.js';
import { retryAfter, retryAfterMs } from '../retry-after.js';
import { LegacyCode, refuse } from '../refuse.js';
import { StreamEvents } from './stream-events.js';
import { requireSession } from './require-session.js';
import { type SseEnd, type SseEvents, type SseOptions, SseWriter } from '../sse/sse-writer.js';

export interface GetLimits {
  /** The most open streams on this instance. */
  readonly maxStreams: number;
  /** The most streams among them that are held open until the backend is available. */
  readonly maxHeld: number;
}

/**
 * Serves GET: the standalone stream of a session, or with `Last-Event-ID` the rest of any of its streams (G-19, G-26).
 */
export class GetHandler {
  /** With what each gives back when it ends. */
  readonly #open = new Map<SseWriter, Permit>();
  readonly #options: SseOptions;
  #closed = false;
  #held = 0;

  constructor(
    private readonly services: LegacyServices,
    options: SseOptions,
    private readonly limits: GetLimits,
  ) {
    this.#options = { ...options, resumable: true };
  }

  get size(): number {
    return this.#open.size;
  }
  get held(): number {
    return this.#held;
  }

  /** The ids of the sessions whose streams are open here, one for each stream. */
  *sessions(): Iterable<string> {
    for (const { requestHeaders } of this.#open.keys()) yield String(requestHeaders['mcp-session-id']);
  }

  /** @returns resolves when the stream is open: nothing of its request need be kept until it ends */
  async get(http: HttpContext): Promise<void> {
    if (!acceptsEventStream(http)) return sendJson(http, 406);
    const owner = principalId(http.principal);
    try {
      const session = await requireSession(http, this.services.sessions, owner);
      if (!session) return;
      const position = await this.#positionOf(http, session);
      if (!position) return this.#refuseUnknown(http, session);
      await this.#serve(http, this.#eventsOf(position, senderOf(http)));
    } catch (error) {
      if (!(error instanceof BackendUnavailableError) || http.response.headersSent) throw error;
      const lastEventId = headerOf(http, 'last-event-id');
      if (lastEventId !== undefined && !parseEventId(lastEventId)) return refuseUnknownEvent(http);
      await this.#hold(http, senderOf(http), owner, error);
    }
  }

  /**
   * Ends the streams and opens no more, so that the HTTP server can close. Clients resume on other instances, after
   * delays that are spread over some seconds (F2).
   */
  close(): void {
    this.#closed = true;
    for (const stream of [...this.#open.keys()]) endWithHint(stream);
  }

  /**
   * Holds a GET open until the backend is available.
   *
   * @throws {BackendUnavailableError} `cause`, if too many are held already
   */
  async #hold(http: HttpContext, sender: Sender, owner: string, cause: BackendUnavailableError): Promise<void> {
    if (this.#closed || this.#held >= this.limits.maxHeld) throw cause;
    const findPosition = async (): Promise<StreamPosition | undefined> => {
      const session = await this.services.sessions.load({ principal: owner, id: headerOf(http, 'mcp-session-id')! });
      return session && this.#positionOf(http, session);
    };
    // Counted when the events are subscribed to: a GET that is refused below is never held.
    const events = defer(() => {
      this.#held++;
      let isHeld = true;
      const release = (): void => {
        if (isHeld) this.#held--;
        isHeld = false;
      };
      return heldEvents(http, findPosition, (position) => {
        release();
        return new Observable((subscriber) => this.#eventsOf(position, sender).subscribe(subscriber));
      }).pipe(finalize(release));
    });
    await this.#serve(http, events);
  }

  /** @returns `undefined` if the log does not hold the event that `Last-Event-ID` names */
  async #positionOf(http: HttpContext, session: SessionRecord): Promise<StreamPosition | undefined> {
    const lastEventId = headerOf(http, 'last-event-id');
    if (lastEventId === undefined) return { session, point: undefined };
    const point = await resumePoint(this.services.log, session, lastEventId);
    return point && { session, point };
  }

  #eventsOf({ session, point }: StreamPosition, sender: Sender): StreamEvents {
    const { stream, cursor } = point ?? { stream: STANDALONE_STREAM, cursor: undefined };
    return new StreamEvents(this.services, session, stream, cursor, sender);
  }

  #refuseUnknown(http: HttpContext, session: SessionRecord): void {
    const stream = parseEventId(headerOf(http, 'last-event-id'))?.stream;
    // What is no event id at all was never read from a stream.
    if (stream !== undefined) this.services.observer.streamResumed(session, stream, 'unknown');
    refuseUnknownEvent(http);
  }

  async #serve(http: HttpContext, events: SseEvents): Promise<void> {
    let permit: Permit;
    try {
      permit = await this.services.admitStream(clientOf(http));
    } catch (error) {
      if (error instanceof LimitExceededError)
        return refuse(http, 429, error, undefined, retryAfterMs(error.retryAfterMs));
      throw error;
    }
    const { maxStreams } = this.limits;
    // The stream is counted below without an await in between, so that the limit cannot be exceeded.
    if (this.#open.size < maxStreams) return this.#write(http, this.#closed ? reconnectEvents(http) : events, permit);
    permit.release();
    refuse(http, 503, new CapacityError('Too many open streams'), undefined, retryAfter('streamLimit'));
  }

  #write(http: HttpContext, events: SseEvents, permit: Permit): void {
    const stream = new SseWriter(http, this.#options, this.#ended);
    this.#open.set(stream, http.endsAt === undefined ? permit : endingAt(http.endsAt, stream, permit));
    if (stream.open(http, { 'mcp-session-id': headerOf(http, 'mcp-session-id')! })) stream.follow(events);
  }

  readonly #ended = (_how: SseEnd, stream: SseWriter): void => {
    this.#open.get(stream)?.release();
    this.#open.delete(stream);
  };
}

/** Its client reconnects with a newer token, or gets 401 (O-18). */
function endingAt(moment: number, stream: SseWriter, permit: Permit): Permit {
  const stay = callAt(moment, () => stream.complete());
  return {
    release() {
      stay();
      permit.release();
    },
  };
}

function endWithHint(stream: SseWriter): void {
  stream.next(reconnectEvent());
  stream.complete();
}

const refuseUnknownEvent = (http: HttpContext): void =>
  refuse(http, 400, new McpError(LegacyCode.BadRequest, 'Bad Request: unknown Last-Event-ID'));
