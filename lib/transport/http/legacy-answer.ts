import type { Answer } from '../../engine/answer.js';
import type { Outlet } from '../../engine/exchange.js';
import type { JsonRpcNotification, JsonRpcRequest } from '../../protocol/messages.js';
import type { SessionRecord } from '../../session/session-record.js';
import { newStreamName } from '../../stream/event-id.js';
import { STREAM_START } from '../../stream/event-log.js';
import { acceptsEventStream, sendJson, type HttpCall } from './http-call.js';
import type { LegacyServices } from '../legacy-services.js';
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
  #stream: string | undefined;

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
    if (this.#open()) this.#append(JSON.stringify(notification), false);
  }

  request(request: JsonRpcRequest): boolean {
    if (!this.#open()) return false;
    this.#append(JSON.stringify(request), false);
    return true;
  }

  becomeStream(): void {
    this.#open();
  }

  /** @param answer `undefined` for a cancelled request, which gets none */
  finish(answer: Answer | undefined): void {
    const last = --this.#waiting === 0;
    if (this.#stream !== undefined) {
      if (answer || last) this.#append(answer?.text ?? NO_ANSWER, last);
      return;
    }
    if (answer) this.#responses.push(answer.text);
    if (last) this.#sendJson();
  }

  #sendJson(): void {
    if (this.#responses.length === 0) return sendJson(this.call, 202);
    sendJson(this.call, 200, this.batch ? `[${this.#responses.join(',')}]` : this.#responses[0]);
  }

  /** @returns false for a client that is gone or reads no streams: what is said before the result is dropped then */
  #open(): boolean {
    if (this.#stream !== undefined) return true;
    const { response } = this.call;
    if (response.destroyed || response.headersSent || !acceptsEventStream(this.call)) return false;
    this.#stream = newStreamName();
    const frames = sessionFrames(this.services, this.session, this.#stream, STREAM_START);
    void writeSse(response, frames, this.options);
    for (const text of this.#responses.splice(0)) this.#append(text, false);
    return true;
  }

  /** Without waiting for the one before: the log keeps the order of who speaks, and takes what comes together together. */
  #append(data: string, final: boolean): void {
    this.services.log
      .append(this.session, this.#stream!, data, { final })
      .catch((error: unknown) => this.services.report(error));
  }
}
