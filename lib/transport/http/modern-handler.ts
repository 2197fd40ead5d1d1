import type { Dispatcher } from '../../engine/dispatcher.js';
import { Exchange, type Peer } from '../../exchange/exchange.js';
import type { Envelope } from '../../protocol/envelope.js';
import type { JsonRpcRequest } from '../../protocol/messages.js';
import { MODERN_REVISION } from '../../protocol/revisions.js';
import { principalId, type Principal } from '../../session/principal.js';
import { acceptsEventStream, sendJson, type HttpCall } from './http-call.js';
import { ModernAnswer } from './modern-answer.js';
import type { SlowAnswers } from './slow-answers.js';
import type { SseOptions } from './sse-writer.js';
import type { InFlight } from '../../engine/in-flight.js';

/** Serves modern requests: each on its own, with nothing remembered from the one before (E-6). */
export class ModernHandler {
  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly inFlight: InFlight,
    private readonly slow: SlowAnswers,
    private readonly options: SseOptions,
  ) {}

  async handle(call: HttpCall, request: JsonRpcRequest, envelope: Envelope, principal?: Principal): Promise<void> {
    if (request.method === 'subscriptions/listen' && !acceptsEventStream(call)) return sendJson(call, 406);
    const answer = new ModernAnswer(call, this.options);
    const exchange = new Exchange(modernPeer(call, envelope, principal), request, answer);
    // Whoever left while its principal was looked up is not heard of again: "close" has been.
    if (call.response.destroyed) return;
    // The client closing the response is how it cancels (S-5); "close" also follows a finished response (T-16).
    call.response.once('close', () => {
      if (!call.response.writableFinished) exchange.cancel('the client closed the response');
    });
    const leave = this.inFlight.enter(exchange);
    this.slow.add(answer);
    const response = await this.dispatcher.answer(exchange);
    this.slow.remove(answer);
    leave();
    if (response) answer.finish(response);
    else answer.abandon();
  }
}

const modernPeer = (call: HttpCall, envelope: Envelope, principal: Principal | undefined): Peer => ({
  era: 'modern',
  revision: MODERN_REVISION,
  principal,
  principalId: principalId(principal),
  clientCapabilities: envelope.clientCapabilities,
  clientInfo: envelope.clientInfo,
  logLevel: envelope.logLevel,
  session: undefined,
  headers: call.headers,
  http: call.request,
});
