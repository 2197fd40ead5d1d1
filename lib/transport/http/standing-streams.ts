import { Subject, takeUntil } from 'rxjs';
import { CapacityError, McpError } from '../../protocol/errors.js';
import { principalId, type Principal } from '../../session/principal.js';
import { STANDING_STREAM } from '../../stream/event-log.js';
import { resumePoint } from '../../stream/resume.js';
import { acceptsEventStream, headerOf, sendJson, type HttpCall } from './http-call.js';
import type { LegacyServices } from '../legacy-services.js';
import { LegacyCode, refuse } from './refusal.js';
import { sessionFrames } from './session-frames.js';
import { requireSession } from './session-of.js';
import { writeSse, type SseOptions } from './sse-writer.js';

/** Serves GET: the standing stream of a session, or the rest of any of its streams by `Last-Event-ID` (G-19, G-26). */
export class StandingStreams {
  readonly #closing = new Subject<void>();
  #closed = false;
  #open = 0;

  /** @param limit streams of this instance */
  constructor(
    private readonly services: LegacyServices,
    private readonly options: SseOptions,
    private readonly limit: number,
  ) {}

  get size(): number {
    return this.#open;
  }

  async get(call: HttpCall, principal?: Principal): Promise<void> {
    if (!acceptsEventStream(call)) return sendJson(call, 406);
    const session = await requireSession(call, this.services.sessions, principalId(principal));
    if (!session) return;
    const lastEventId = headerOf(call, 'last-event-id');
    const point = lastEventId === undefined ? undefined : await resumePoint(this.services.log, session, lastEventId);
    if (lastEventId !== undefined && !point) {
      return refuse(call, 400, new McpError(LegacyCode.BadRequest, 'Bad Request: unknown Last-Event-ID'));
    }
    // Looked at last, with nothing to wait for until the stream is counted.
    if (this.#closed || this.#open >= this.limit) {
      const why = this.#closed ? 'The server is shutting down' : 'Too many open streams';
      return refuse(call, 503, new CapacityError(why), undefined, { 'retry-after': '5' });
    }
    const frames = sessionFrames(this.services, session, point?.stream ?? STANDING_STREAM, point?.cursor);
    this.#open++;
    const options = { ...this.options, resumable: true };
    await writeSse(call.response, frames.pipe(takeUntil(this.#closing)), options, { 'mcp-session-id': session.id });
    this.#open--;
  }

  /** Serves DELETE: ends the session with all its streams, on whatever instance they are (G-12). */
  async delete(call: HttpCall, principal?: Principal): Promise<void> {
    const session = await requireSession(call, this.services.sessions, principalId(principal));
    if (!session) return;
    await this.services.sessions.end(session);
    sendJson(call, 204);
  }

  /** Ends the streams and opens no more, so that the HTTP server can close; clients resume elsewhere (F2). */
  close(): void {
    this.#closed = true;
    this.#closing.next();
  }
}
