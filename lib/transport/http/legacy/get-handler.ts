import { concat, defer, EMPTY, finalize, merge, Observable, Subject, takeUntil } from 'rxjs';
import type { SseEvent } from '../sse/sse-event.js';
import { legacyPeer, type Sender } from '../../../exchange/peer.js';
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
import { streamEvents } from './stream-events.js';
import { requireSession } from './require-session.js';
import { writeSse, type SseOptions } from '../sse/sse-writer.js';

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
  readonly #closing = new Subject<void>();
  #closed = false;
  #open = 0;
  #held = 0;

  constructor(
    private readonly services: LegacyServices,
    private readonly options: SseOptions,
    private readonly limits: GetLimits,
  ) {}

  get size(): number {
    return this.#open;
  }
  get held(): number {
    return this.#held;
  }

  async get(http: HttpContext): Promise<void> {
    if (!acceptsEventStream(http)) return sendJson(http, 406);
    const owner = principalId(http.principal);
    try {
      const session = await requireSession(http, this.services.sessions, owner);
      if (!session) return;
      const position = await this.#positionOf(http, session);
      if (!position) return refuseUnknownEvent(http);
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
    this.#closing.next();
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
      return heldEvents(http, findPosition, (position) =>
        defer(() => (release(), this.#eventsOf(position, sender))),
      ).pipe(finalize(release));
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

  #eventsOf({ session, point }: StreamPosition, sender: Sender): Observable<SseEvent> {
    const { stream, cursor } = point ?? { stream: STANDALONE_STREAM, cursor: undefined };
    if (stream === STANDALONE_STREAM) {
      const peer = legacyPeer(session, sender);
      return streamEvents(this.services, session, stream, cursor, (text) => this.services.mayReceive(peer, text));
    }
    const events = streamEvents(this.services, session, stream, cursor);
    return defer(() => {
      const stopWatching = this.services.watchForLostWorker(session, stream);
      return events.pipe(finalize(stopWatching));
    });
  }

  async #serve(http: HttpContext, events: Observable<SseEvent>): Promise<void> {
    let permit: Permit;
    try {
      permit = await this.services.admitStream(clientOf(http));
    } catch (error) {
      if (error instanceof LimitExceededError)
        return refuse(http, 429, error, undefined, retryAfterMs(error.retryAfterMs));
      throw error;
    }
    await this.#serveCounted(http, events).finally(() => permit.release());
  }

  /** Checks the limit and counts the stream without an await in between, so that the limit cannot be exceeded. */
  async #serveCounted(http: HttpContext, events: Observable<SseEvent>): Promise<void> {
    const { maxStreams } = this.limits;
    if (this.#open >= maxStreams) {
      return refuse(http, 503, new CapacityError('Too many open streams'), undefined, retryAfter('streamLimit'));
    }
    this.#open++;
    const id = headerOf(http, 'mcp-session-id')!;
    const all = this.#closed ? reconnectEvents(http) : this.#untilClosing(http, events);
    const options = { ...this.options, account: http.account?.sibling(), resumable: true };
    await writeSse(http, all, options, { 'mcp-session-id': id });
    this.#open--;
  }

  #untilClosing({ endsAt }: HttpContext, events: Observable<SseEvent>): Observable<SseEvent> {
    // Its client reconnects with a newer token, or gets 401 (O-18).
    const expired = new Observable<void>((subscriber) => callAt(endsAt, () => subscriber.next()));
    return concat(
      events.pipe(takeUntil(merge(this.#closing, expired))),
      defer(() => (this.#closed ? reconnectEvent() : EMPTY)),
    );
  }
}

const refuseUnknownEvent = (http: HttpContext): void =>
  refuse(http, 400, new McpError(LegacyCode.BadRequest, 'Bad Request: unknown Last-Event-ID'));
