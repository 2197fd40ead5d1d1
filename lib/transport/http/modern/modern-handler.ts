import type { Dispatcher } from '../../../engine/dispatcher.js';
import { Exchange } from '../../../exchange/exchange.js';
import { modernPeer } from '../../../exchange/peer.js';
import type { Envelope } from '../../../protocol/envelope.js';
import type { JsonRpcRequest } from '../../../protocol/messages.js';
import type { Principal } from '../../../session/principal.js';
import { acceptsEventStream, sendJson, senderOf, type HttpContext } from '../http-context.js';
import { ModernResponse } from './modern-response.js';
import type { SlowResponses } from '../sse/slow-responses.js';
import type { SseOptions } from '../sse/sse-writer.js';
import type { InFlight } from '../../../engine/in-flight.js';

/** Serves modern requests: each on its own, with nothing remembered from the one before (E-6). */
export class ModernHandler {
  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly inFlight: InFlight,
    private readonly slow: SlowResponses,
    private readonly options: SseOptions,
  ) {}

  async handle(call: HttpContext, request: JsonRpcRequest, envelope: Envelope, principal?: Principal): Promise<void> {
    if (request.method === 'subscriptions/listen' && !acceptsEventStream(call)) return sendJson(call, 406);
    const answer = new ModernResponse(call, this.options);
    const exchange = new Exchange(modernPeer(envelope, senderOf(call, principal)), request, answer);
    // Whoever left while its principal was looked up is not heard of again: "close" has been.
    if (call.response.destroyed) return;
    // The client closing the response is how it cancels (S-5); "close" also follows a finished response (T-16).
    call.response.once('close', () => {
      if (!call.response.writableFinished) exchange.cancel('the client closed the response');
    });
    const leave = this.inFlight.add(exchange);
    this.slow.add(answer);
    const response = await this.dispatcher.dispatch(exchange);
    this.slow.remove(answer);
    leave();
    if (response) answer.finish(response);
    else answer.abandon();
  }
}
