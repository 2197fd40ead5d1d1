import type { Dispatcher } from '../../../engine/dispatcher.js';
import type { SerializedResponse } from '../../../engine/response-writer.js';
import { Exchange, type Outlet } from '../../../exchange/exchange.js';
import { modernPeer } from '../../../exchange/peer.js';
import type { Envelope } from '../../../protocol/envelope.js';
import type { JsonRpcNotification, JsonRpcRequest, RequestId } from '../../../protocol/messages.js';
import { acceptsEventStream, clientOf, sendJson, senderOf, type HttpContext } from '../http-context.js';
import { refuseBusy } from '../refuse.js';
import { errorHeaders } from '../error-headers.js';
import { sendAnswer } from '../send-answer.js';
import type { PendingResponse, StreamUpgrades } from '../sse/stream-upgrades.js';
import { messageEvent } from '../sse/sse-event.js';
import { type SseOptions, SseWriter } from '../sse/sse-writer.js';
import type { InFlight } from '../../../engine/in-flight.js';

/** Serves modern requests. Each is independent: nothing is kept from one request to the next (E-6). */
export class ModernHandler {
  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly inFlight: InFlight,
    private readonly slow: StreamUpgrades,
    private readonly options: SseOptions,
  ) {}

  async handle(http: HttpContext, request: JsonRpcRequest, envelope: Envelope): Promise<void> {
    if (request.method === 'subscriptions/listen' && !acceptsEventStream(http)) return sendJson(http, 406);
    const client = clientOf(http);
    const busy = this.inFlight.refusal(client);
    if (busy) return refuseBusy(http, busy, 'serves as many requests', request.id);
    const response = new ModernResponse(http, request.id, this.options);
    const exchange = new Exchange(modernPeer(envelope, senderOf(http)), request, response);
    // A client that left while its principal was resolved emits no further "close".
    if (http.response.destroyed) return;
    // A client cancels by closing the response (S-5). "close" also follows a response that is finished (T-16).
    http.response.once('close', () => {
      if (!http.response.writableFinished) exchange.cancel('the client closed the response');
    });
    const remove = this.inFlight.add(exchange, client);
    this.slow.add(response);
    const serialized = await this.dispatcher.dispatch(exchange);
    this.slow.remove(response);
    remove();
    if (serialized) response.finish(serialized);
    else response.abandon();
  }
}

/**
 * The HTTP response to one modern request: a JSON object, unless a notification comes before the result. Then it is an
 * event stream that ends with the JSON-RPC response (S-1). It has no event ids and cannot be resumed (S-3).
 */
class ModernResponse implements Outlet, PendingResponse {
  #stream: SseWriter | undefined;

  constructor(
    private readonly http: HttpContext,
    private readonly id: RequestId,
    private readonly options: SseOptions,
  ) {}

  notify(notification: JsonRpcNotification): void {
    // A client that cannot read a stream gets its result without the notifications.
    if (acceptsEventStream(this.http)) this.#open().next(messageEvent(JSON.stringify(notification)));
  }

  becomeStream(): void {
    if (acceptsEventStream(this.http)) this.#open();
  }

  finish(response: SerializedResponse): void {
    const { text, status } = response;
    if (!this.#stream) return sendAnswer(this.http, status, text, errorHeaders(this.http, response), this.id);
    this.#stream.next(messageEvent(text));
    this.#stream.complete();
  }

  /** The client has cancelled the request and gets no response. */
  abandon(): void {
    this.#stream?.complete();
    this.http.takeOver?.();
    this.http.response.destroy();
  }

  #open(): SseWriter {
    if (!this.#stream) {
      this.#stream = new SseWriter(this.http, this.options);
      this.#stream.open(this.http);
    }
    return this.#stream;
  }
}
