import { Subject } from 'rxjs';
import type { SerializedResponse } from '../../../engine/response-writer.js';
import type { Outlet } from '../../../exchange/exchange.js';
import type { JsonRpcNotification } from '../../../protocol/messages.js';
import { acceptsEventStream, sendJson, type HttpContext } from '../http-context.js';
import { retryAfter } from '../retry-after.js';
import type { PendingResponse } from '../sse/slow-responses.js';
import { messageFrame } from '../sse/sse-frame.js';
import { writeSse, type SseOptions } from '../sse/sse-writer.js';

/**
 * The answer to one modern request: a JSON object, unless something has to be said before it; then an event stream
 * that ends with the response (S-1). Its streams have no ids and cannot be resumed (S-3).
 */
export class ModernResponse implements Outlet, PendingResponse {
  #frames: Subject<string> | undefined;

  constructor(
    private readonly call: HttpContext,
    private readonly options: SseOptions,
  ) {}

  notify(notification: JsonRpcNotification): void {
    // Dropped for a client that cannot read a stream: it still gets its result.
    if (acceptsEventStream(this.call)) this.#stream().next(messageFrame(JSON.stringify(notification)));
  }

  becomeStream(): void {
    if (acceptsEventStream(this.call)) this.#stream();
  }

  finish({ text, status }: SerializedResponse): void {
    if (!this.#frames) return sendJson(this.call, status, text, status === 503 ? retryAfter('capacity') : undefined);
    this.#frames.next(messageFrame(text));
    this.#frames.complete();
  }

  /** Nobody waits for the answer any more. */
  abandon(): void {
    this.#frames?.complete();
    this.call.response.destroy();
  }

  #stream(): Subject<string> {
    if (!this.#frames) {
      this.#frames = new Subject();
      void writeSse(this.call.response, this.#frames, this.options);
    }
    return this.#frames;
  }
}
