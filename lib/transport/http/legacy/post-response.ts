import { errorResponse, type SerializedResponse } from '../../../engine/response-writer.js';
import type { Answer } from '../../../engine/running-request.js';
import { ErrorCode, McpError } from '../../../protocol/errors.js';
import type { Outlet } from '../../../exchange/exchange.js';
import type { JsonRpcNotification, JsonRpcRequest, RequestId } from '../../../protocol/messages.js';
import { TRAITS } from '../../../protocol/revisions.js';
import type { SessionRecord } from '../../../session/session-record.js';
import { STREAM_START } from '../../../stream/event-log.js';
import { acceptsEventStream, sendJson, type HttpContext } from '../http-context.js';
import { errorHeaders } from '../error-headers.js';
import type { LegacyServices } from '../../legacy-services.js';
import { sendAnswer } from '../send-answer.js';
import { type Challenge, challengeHeaders, joined } from '../step-up.js';
import { PostStreamWriter } from './post-stream-writer.js';
import { StreamEvents } from './stream-events.js';
import type { PendingResponse } from '../sse/stream-upgrades.js';
import { writeSse, type SseOptions } from '../sse/sse-writer.js';

/** A response of a batch that is worth counting as work, characters. */
const LARGE_CHARACTERS = 16 * 1024;
/** Characters of all responses of one batch together. */
const MAX_BATCH_CHARACTERS = 16 * 1024 * 1024;

/**
 * The HTTP response to one legacy POST, which may be a batch: JSON, unless a message comes before the result. Then it
 * is a stream of the session. A stream is written to the event log and read from there, so a client that loses its
 * connection can resume (G-26, G-31), and a disconnect does not cancel the request (G-18).
 */
export class PostResponse implements Outlet, PendingResponse {
  readonly #responses: string[] = [];
  /** What all requests together need. */
  #challenge: Challenge | undefined;
  /** The last one, which is the only one unless it is a batch. */
  #last: SerializedResponse | undefined;
  #outstanding: readonly RequestId[];
  #stream: PostStreamWriter | undefined;
  #written: Promise<void> | undefined;
  #characters = 0;

  /** @param requests the ids of the requests in the POST */
  constructor(
    private readonly http: HttpContext,
    private readonly session: SessionRecord,
    private readonly services: LegacyServices,
    private readonly options: SseOptions,
    requests: readonly RequestId[],
    private readonly batch: boolean,
  ) {
    this.#outstanding = requests;
  }

  /** Whether it has become a stream, which the client can resume. */
  get isStream(): boolean {
    return this.#stream !== undefined;
  }

  notify(notification: JsonRpcNotification): void {
    this.#open()?.append(JSON.stringify(notification));
  }

  request(request: JsonRpcRequest): boolean {
    const stream = this.#open();
    stream?.append(JSON.stringify(request));
    return stream !== undefined;
  }

  becomeStream(): void {
    this.#open();
  }

  /** Lets the client poll for the rest (G-30). Clients of older revisions would not reconnect (G-24). */
  closeStream(): void {
    if (TRAITS[this.session.revision].priming) this.#open()?.closeConnection();
  }

  /**
   * @param response `undefined` for a cancelled request, which gets none
   * @returns on a stream, a promise that resolves when the response is in the log, and has been sent to the client if
   *   it is still connected; otherwise `undefined`
   */
  finish(id: RequestId, response: Answer): Promise<void> | undefined {
    this.#outstanding = without(this.#outstanding, id);
    if (this.#stream !== undefined) {
      const stored = this.#stream.respond(response?.text, this.#outstanding);
      return this.#outstanding.length > 0 ? stored : stored.then(() => this.#written);
    }
    if (response && this.batch) this.#responses.push(this.#withinLimit(id, response.text));
    this.#last = response;
    if (response) this.#challenge = joined(this.#challenge, response);
    if (this.#outstanding.length === 0) this.#sendJson(id);
    return undefined;
  }

  /** Whether the responses of a batch are so large that no further one fits. */
  get isFull(): boolean {
    return this.batch && this.#stream === undefined && this.#characters > MAX_BATCH_CHARACTERS;
  }

  /** Answers a request of a full batch, which is not served. */
  refuse(id: RequestId): void {
    void this.finish(id, tooLarge(id, '; this request was not served'));
  }

  /** A batch multiplies: a hundred small requests may ask for a hundred large results. */
  #withinLimit(id: RequestId, text: string): string {
    this.#characters += text.length;
    if (!this.batch || text.length <= LARGE_CHARACTERS) return text;
    this.http.turns?.use(this.http.remoteAddress, text.length);
    return this.#characters <= MAX_BATCH_CHARACTERS ? text : tooLarge(id).text;
  }

  #sendJson(id: RequestId): void {
    const { http } = this;
    if (!this.batch) {
      const only = this.#last;
      if (!only) return sendJson(http, 202);
      return sendAnswer(http, only.status, only.prepared ?? only.text, errorHeaders(http, only), id);
    }
    if (this.#responses.length === 0) return sendJson(http, 202);
    const challenge = this.#challenge;
    const headers = challenge && challengeHeaders(challenge, http.challenges);
    sendAnswer(http, challenge?.status ?? 200, `[${this.#responses.join(',')}]`, headers);
  }

  /**
   * @returns `undefined` if the client has disconnected or accepts no streams; messages before the result are then
   *   dropped
   */
  #open(): PostStreamWriter | undefined {
    if (this.#stream !== undefined) return this.#stream;
    const { response } = this.http;
    if (response.destroyed || response.headersSent || !acceptsEventStream(this.http)) return undefined;
    const stream = (this.#stream = new PostStreamWriter(this.session, this.services, response, this.#outstanding));
    const events = new StreamEvents(this.services, this.session, stream.name, STREAM_START);
    this.#written = writeSse(this.http, events, { ...this.options, resumable: true }).then(() => undefined);
    for (const text of this.#responses.splice(0)) stream.append(text);
    return stream;
  }
}

const tooLarge = (id: RequestId, consequence = ''): SerializedResponse =>
  errorResponse(
    id,
    'legacy',
    new McpError(ErrorCode.InternalError, `The responses of this batch are too large together${consequence}`),
  );

/** Removes one occurrence: nothing stops a client from using an id twice in a batch. */
const without = (ids: readonly RequestId[], id: RequestId): readonly RequestId[] =>
  ids.length === 1 ? [] : ids.toSpliced(ids.indexOf(id), 1);
