import { concat, defer, EMPTY, finalize, Subject, takeUntil, type Observable } from 'rxjs';
import { CapacityError, McpError } from '../../protocol/errors.js';
import { BackendAwayError } from '../../session/backend-away.js';
import { principalId, type Principal } from '../../session/principal.js';
import { parseEventId } from '../../stream/event-id.js';
import type { SessionRecord } from '../../session/session-record.js';
import { STANDING_STREAM } from '../../stream/event-log.js';
import { resumePoint } from '../../stream/resume.js';
import type { LegacyServices } from '../legacy-services.js';
import { farewellFrame, farewellFrames } from './bare-frames.js';
import { acceptsEventStream, headerOf, sendJson, type HttpCall } from './http-call.js';
import { parkedFrames, type Place } from './parked-frames.js';
import { LegacyCode, refuse } from './refusal.js';
import { sessionFrames } from './session-frames.js';
import { requireSession } from './session-of.js';
import { writeSse, type SseOptions } from './sse-writer.js';

export interface StandingLimits {
  /** Streams of this instance. */
  readonly maxStreams: number;
  /** Of them, those that wait for the backend. */
  readonly maxParked: number;
}

/** Serves GET: the standing stream of a session, or the rest of any of its streams by `Last-Event-ID` (G-19, G-26). */
export class StandingStreams {
  readonly #closing = new Subject<void>();
  #closed = false;
  #open = 0;
  #parked = 0;

  constructor(
    private readonly services: LegacyServices,
    private readonly options: SseOptions,
    private readonly limits: StandingLimits,
  ) {}

  get size(): number {
    return this.#open;
  }
  get parked(): number {
    return this.#parked;
  }

  async get(call: HttpCall, principal?: Principal): Promise<void> {
    if (!acceptsEventStream(call)) return sendJson(call, 406);
    const owner = principalId(principal);
    try {
      const session = await requireSession(call, this.services.sessions, owner);
      if (!session) return;
      const place = await this.#placeOf(call, session);
      if (!place) return refuseUnknownEvent(call);
      await this.#serve(call, this.#framesOf(place));
    } catch (error) {
      if (!(error instanceof BackendAwayError) || call.response.headersSent) throw error;
      const lastEventId = headerOf(call, 'last-event-id');
      if (lastEventId !== undefined && !parseEventId(lastEventId)) return refuseUnknownEvent(call);
      await this.#park(call, owner, error);
    }
  }

  /** Serves DELETE: ends the session with all its streams, on whatever instance they are (G-12). */
  async delete(call: HttpCall, principal?: Principal): Promise<void> {
    const session = await requireSession(call, this.services.sessions, principalId(principal));
    if (!session) return;
    await this.services.sessions.end(session);
    sendJson(call, 204);
  }

  /** Ends the streams, spread over a while, and opens no more, so that the HTTP server can close; clients resume elsewhere (F2). */
  close(): void {
    this.#closed = true;
    this.#closing.next();
  }

  /** @throws {BackendAwayError} the one given, when too many wait already */
  async #park(call: HttpCall, owner: string, away: BackendAwayError): Promise<void> {
    if (this.#closed || this.#parked >= this.limits.maxParked) throw away;
    const find = async (): Promise<Place | undefined> => {
      const session = await this.services.sessions.load({ principal: owner, id: headerOf(call, 'mcp-session-id')! });
      return session && this.#placeOf(call, session);
    };
    // Counted from when somebody waits: a GET that is refused below never does.
    const frames = defer(() => {
      this.#parked++;
      let waiting = true;
      const leave = (): void => {
        if (waiting) this.#parked--;
        waiting = false;
      };
      return parkedFrames(call, find, (place) => defer(() => (leave(), this.#framesOf(place)))).pipe(finalize(leave));
    });
    await this.#serve(call, frames);
  }

  /** @returns `undefined` for a `Last-Event-ID` of nothing that is kept */
  async #placeOf(call: HttpCall, session: SessionRecord): Promise<Place | undefined> {
    const lastEventId = headerOf(call, 'last-event-id');
    if (lastEventId === undefined) return { session, point: undefined };
    const point = await resumePoint(this.services.log, session, lastEventId);
    return point && { session, point };
  }

  #framesOf({ session, point }: Place): Observable<string> {
    const { stream, cursor } = point ?? { stream: STANDING_STREAM, cursor: undefined };
    const frames = sessionFrames(this.services, session, stream, cursor);
    if (stream === STANDING_STREAM) return frames;
    return defer(() => {
      const unwatch = this.services.watchForLostWorker(session, stream);
      return frames.pipe(finalize(unwatch));
    });
  }

  /** Limits are looked at here, with nothing to wait for until the stream is counted. */
  async #serve(call: HttpCall, frames: Observable<string>): Promise<void> {
    const { maxStreams } = this.limits;
    if (this.#open >= maxStreams) {
      return refuse(call, 503, new CapacityError('Too many open streams'), undefined, { 'retry-after': '5' });
    }
    this.#open++;
    const id = headerOf(call, 'mcp-session-id')!;
    const all = this.#closed ? farewellFrames(call) : this.#untilClosing(frames);
    await writeSse(call.response, all, { ...this.options, resumable: true }, { 'mcp-session-id': id });
    this.#open--;
  }

  #untilClosing(frames: Observable<string>): Observable<string> {
    return concat(
      frames.pipe(takeUntil(this.#closing)),
      defer(() => (this.#closed ? farewellFrame() : EMPTY)),
    );
  }
}

const refuseUnknownEvent = (call: HttpCall): void =>
  refuse(call, 400, new McpError(LegacyCode.BadRequest, 'Bad Request: unknown Last-Event-ID'));
