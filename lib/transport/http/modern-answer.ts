import { Subject } from 'rxjs';
import type { Answer } from '../../engine/answer.js';
import type { Outlet } from '../../exchange/exchange.js';
import type { JsonRpcNotification } from '../../protocol/messages.js';
import { acceptsEventStream, sendJson, type HttpCall } from './http-call.js';
import type { Pending } from './slow-answers.js';
import { messageFrame } from './sse-frame.js';
import { writeSse, type SseOptions } from './sse-writer.js';

/**
 * The answer to one modern request: a JSON object, unless something has to be said before it; then an event stream
 * that ends with the response (S-1). Its streams have no ids and cannot be resumed (S-3).
 */
export class ModernAnswer implements Outlet, Pending {
  #frames: Subject<string> | undefined;

  constructor(
    private readonly call: HttpCall,
    private readonly options: SseOptions,
  ) {}

  notify(notification: JsonRpcNotification): void {
    // Dropped for a client that cannot read a stream: it still gets its result.
    if (acceptsEventStream(this.call)) this.#stream().next(messageFrame(JSON.stringify(notification)));
  }

  becomeStream(): void {
    if (acceptsEventStream(this.call)) this.#stream();
  }

  finish({ text, status }: Answer): void {
    if (!this.#frames) return sendJson(this.call, status, text, status === 503 ? { 'retry-after': '1' } : undefined);
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
