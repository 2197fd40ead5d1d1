import type { ServerResponse } from 'node:http';
import type { Dispatcher } from '../../../engine/dispatcher.js';
import type { SerializedResponse } from '../../../engine/response-writer.js';
import type { Answer } from '../../../engine/running-request.js';
import { Exchange, type Outlet } from '../../../exchange/exchange.js';
import { modernPeer } from '../../../exchange/peer.js';
import type { ByteAccount } from '../../../limits/byte-budget.js';
import type { Envelope } from '../../../protocol/envelope.js';
import type { JsonRpcNotification, JsonRpcRequest, RequestId } from '../../../protocol/messages.js';
import { textOf } from '../../../protocol/subscription-notification.js';
import { acceptsEventStream, clientOf, sendJson, senderOf, type HttpContext } from '../http-context.js';
import { refuseBusy } from '../refuse.js';
import { errorHeaders } from '../error-headers.js';
import { sendAnswer } from '../send-answer.js';
import type { PendingResponse, StreamUpgrades } from '../sse/stream-upgrades.js';
import { messageEvent } from '../sse/sse-event.js';
import { type SseOptions, SseWriter } from '../sse/sse-writer.js';
import type { InFlight } from '../../../engine/in-flight.js';

const LISTEN = 'subscriptions/listen';

/** Serves modern requests. Each is independent: nothing is kept from one request to the next (E-6). */
export class ModernHandler {
  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly inFlight: InFlight,
    private readonly slow: StreamUpgrades,
    private readonly options: SseOptions,
  ) {}

  /** @returns resolves when it is answered; for a subscription, when its stream is open */
  handle(http: HttpContext, request: JsonRpcRequest, envelope: Envelope): void | Promise<void> {
    const listens = request.method === LISTEN;
    if (listens && !acceptsEventStream(http)) return sendJson(http, 406);
    const client = clientOf(http);
    const busy = this.inFlight.refusal(client);
    if (busy) return refuseBusy(http, busy, 'serves as many requests', request.id);
    const response = new ModernResponse(http, request.id, this.options);
    const exchange = new Exchange(modernPeer(envelope, senderOf(http)), request, response);
    // A client that left while its principal was resolved emits no further "close".
    if (http.response.destroyed) return;
    cancelOnClose(http.response, exchange);
    if (!listens) return this.#serve(exchange, response, client);
    // What it has sent is kept for as long as it listens, and counts as long. Nothing else of the HTTP request waits
    // until it ends: that would take more memory than its stream. It may be refused at once, so this is asked before.
    const open = response.untilOpen();
    if (http.account) http.account = http.account.handOver();
    void this.#serve(exchange, response, client, http.account);
    return open;
  }

  #serve(exchange: Exchange, response: ModernResponse, client: string, account?: ByteAccount): void | Promise<void> {
    const running = this.inFlight.add(exchange, client);
    const finish = (answer: Answer): void => {
      this.inFlight.remove(running, client);
      if (answer) response.finish(answer);
      else response.abandon();
      account?.close();
    };
    const answer = this.dispatcher.dispatch(exchange);
    if (!(answer instanceof Promise)) return finish(answer);
    if (response.isStream) return answer.then(finish);
    const pending = this.slow.add(response);
    return answer.then((later) => {
      this.slow.remove(pending);
      finish(later);
    });
  }
}

/** A client cancels by closing the response (S-5). "close" also follows a response that is finished (T-16). */
function cancelOnClose(response: ServerResponse, exchange: Exchange): void {
  response.on('close', () => {
    if (!response.writableFinished) exchange.cancel('the client closed the response');
  });
}

/**
 * The HTTP response to one modern request: a JSON object, unless a notification comes before the result. Then it is an
 * event stream that ends with the JSON-RPC response (S-1). It has no event ids and cannot be resumed (S-3).
 */
class ModernResponse implements Outlet, PendingResponse {
  /** Let go when it has become a stream, which may be open for long. */
  #http: HttpContext | undefined;
  #stream: SseWriter | undefined;
  #opened: (() => void) | undefined;

  constructor(
    http: HttpContext,
    private readonly id: RequestId,
    private readonly options: SseOptions,
  ) {
    this.#http = http;
  }

  get isStream(): boolean {
    return this.#stream !== undefined;
  }

  notify(notification: JsonRpcNotification): void {
    this.becomeStream();
    // A client that cannot read a stream gets its result without the notifications.
    this.#stream?.next(messageEvent(textOf(notification)));
  }

  becomeStream(): void {
    const http = this.#http;
    if (!http || !acceptsEventStream(http)) return;
    this.#http = undefined;
    this.#stream = new SseWriter(http, this.options);
    this.#stream.open(http);
    this.#isOpen();
  }

  /** @returns resolves when it has become a stream, or was answered without */
  untilOpen(): Promise<void> | undefined {
    return this.#http && new Promise((resolve) => (this.#opened = resolve));
  }

  #isOpen(): void {
    this.#opened?.();
    this.#opened = undefined;
  }

  finish(response: SerializedResponse): void {
    const http = this.#http;
    if (http) {
      const body = response.prepared ?? response.text;
      sendAnswer(http, response.status, body, errorHeaders(http, response), this.id);
    } else {
      this.#stream?.next(messageEvent(response.text));
      this.#stream?.complete();
    }
    this.#isOpen();
  }

  /** The client has cancelled the request and gets no response. */
  abandon(): void {
    this.#stream?.abort();
    this.#http?.takeOver?.();
    this.#http?.response.destroy();
    this.#isOpen();
  }
}
