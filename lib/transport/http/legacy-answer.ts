import type { Answer } from '../../engine/answer.js';
import type { Outlet } from '../../engine/exchange.js';
import type { JsonRpcNotification, JsonRpcRequest } from '../../protocol/messages.js';
import { TRAITS } from '../../protocol/revisions.js';
import type { SessionRecord } from '../../session/session-record.js';
import { STREAM_START } from '../../stream/event-log.js';
import { acceptsEventStream, sendJson, type HttpCall } from './http-call.js';
import type { LegacyServices } from '../legacy-services.js';
import { KeptStream } from './kept-stream.js';
import { NO_ANSWER, sessionFrames } from './session-frames.js';
import type { Pending } from './slow-answers.js';
import { writeSse, type SseOptions } from './sse-writer.js';

/**
 * The answer to one legacy POST, a batch included: JSON, unless something has to be said before it; then a stream of
 * the session. A stream is written to the event log and read from there, so a client that loses the connection comes
 * back for the rest (G-26, G-31), and a disconnect is no cancellation (G-18).
 */
export class LegacyAnswer implements Outlet, Pending {
  readonly #responses: string[] = [];
  #waiting: number;
  #stream: KeptStream | undefined;

  /** @param expected how many requests the POST holds */
  constructor(
    private readonly call: HttpCall,
    private readonly session: SessionRecord,
    private readonly services: LegacyServices,
    private readonly options: SseOptions,
    expected: number,
    private readonly batch: boolean,
  ) {
    this.#waiting = expected;
  }

  notify(notification: JsonRpcNotification): void {
    this.#open()?.append(JSON.stringify(notification), false);
  }

  request(request: JsonRpcRequest): boolean {
    const stream = this.#open();
    stream?.append(JSON.stringify(request), false);
    return stream !== undefined;
  }

  becomeStream(): void {
    this.#open();
  }

  /** Lets the client poll for the rest (G-30). Older ones would not come back (G-24). */
  closeStream(): void {
    if (TRAITS[this.session.revision].priming) this.#open()?.letGo();
  }

  /** @param answer `undefined` for a cancelled request, which gets none */
  finish(answer: Answer | undefined): void {
    const last = --this.#waiting === 0;
    if (this.#stream !== undefined) {
      if (answer || last) this.#stream.append(answer?.text ?? NO_ANSWER, last);
      return;
    }
    if (answer) this.#responses.push(answer.text);
    if (last) this.#sendJson();
  }

  #sendJson(): void {
    if (this.#responses.length === 0) return sendJson(this.call, 202);
    sendJson(this.call, 200, this.batch ? `[${this.#responses.join(',')}]` : this.#responses[0]);
  }

  /** @returns `undefined` for a client that is gone or reads no streams: what is said before the result is dropped then */
  #open(): KeptStream | undefined {
    if (this.#stream !== undefined) return this.#stream;
    const { response } = this.call;
    if (response.destroyed || response.headersSent || !acceptsEventStream(this.call)) return undefined;
    const stream = (this.#stream = new KeptStream(this.session, this.services, response));
    const frames = sessionFrames(this.services, this.session, stream.name, STREAM_START);
    void writeSse(response, frames, { ...this.options, resumable: true });
    for (const text of this.#responses.splice(0)) stream.append(text, false);
    return stream;
  }
}
