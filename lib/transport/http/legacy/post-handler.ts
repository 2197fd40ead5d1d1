import type { Dispatcher } from '../../../engine/dispatcher.js';
import { Exchange, NO_OUTLET } from '../../../exchange/exchange.js';
import { legacyPeer } from '../../../exchange/peer.js';
import type { InFlight } from '../../../engine/in-flight.js';
import { openSession } from '../../../engine/methods/initialize.js';
import { CapacityError, ErrorCode, McpError } from '../../../protocol/errors.js';
import type { JsonRpcNotification, JsonRpcRequest } from '../../../protocol/messages.js';
import { MAX_BATCH, isRequestId } from '../../../protocol/messages.js';
import { TRAITS } from '../../../protocol/revisions.js';
import { principalId, type Principal } from '../../../session/principal.js';
import { isSessionId } from '../../../session/session-id.js';
import type { SessionRecord } from '../../../session/session-record.js';
import { SessionLimitError } from '../../../session/session-store.js';
import { sendJson, senderOf, type HttpContext } from '../http-context.js';
import type { ClassifiedPost } from '../classify-post.js';
import { PostResponse } from './post-response.js';
import type { LegacyServices } from '../../legacy-services.js';
import { refuse } from '../refuse.js';
import { retryAfter } from '../retry-after.js';
import { requireSession } from './require-session.js';
import type { SlowResponses } from '../sse/slow-responses.js';
import type { SseOptions } from '../sse/sse-writer.js';

type Message = (ClassifiedPost & { kind: 'legacy' })['message'];

/** Serves the POSTs of the session era. */
export class PostHandler {
  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly inFlight: InFlight,
    private readonly slow: SlowResponses,
    private readonly services: LegacyServices,
    private readonly options: SseOptions,
  ) {}

  /** Opens a session; the id goes out with this answer (G-3). */
  async initialize(call: HttpContext, request: JsonRpcRequest, principal?: Principal): Promise<void> {
    const owner = principalId(principal);
    const id = call.headers['mcp-session-id'];
    if (isSessionId(id) && (await this.services.sessions.load({ principal: owner, id }))) {
      return refuse(
        call,
        400,
        new McpError(ErrorCode.InvalidRequest, 'This session is initialized already'),
        request.id,
      );
    }
    let session: SessionRecord;
    try {
      session = openSession(request.params, owner);
      await this.services.sessions.create(session);
    } catch (error) {
      if (error instanceof SessionLimitError) return sendJson(call, 503, undefined, retryAfter('sessionLimit'));
      if (error instanceof McpError && !(error instanceof CapacityError)) return refuse(call, 400, error, request.id);
      throw error;
    }
    const exchange = new Exchange(legacyPeer(session, senderOf(call, principal)), request, NO_OUTLET);
    const answer = await this.dispatcher.dispatch(exchange);
    if (answer) sendJson(call, 200, answer.text, { 'mcp-session-id': session.id });
  }

  async post(call: HttpContext, messages: readonly Message[], batch: boolean, principal?: Principal): Promise<void> {
    const session = await requireSession(call, this.services.sessions, principalId(principal), idOf(messages, batch));
    if (!session) return;
    const refusal = batch ? refuseBatch(messages, session) : undefined;
    if (refusal) return refuse(call, 400, refusal);

    const requests: JsonRpcRequest[] = [];
    for (const message of messages) {
      if (message.kind === 'request') requests.push(message.message);
      else if (message.kind === 'notification') await this.#notified(session, message.message);
      // Whether somebody waited for it or not: the client has done its part.
      else await this.services.pending.answer(session, message.message);
    }
    if (requests.length === 0) return sendJson(call, 202);

    const ids = requests.map(({ id }) => id);
    const answer = new PostResponse(call, session, this.services, this.options, ids, batch);
    const peer = legacyPeer(session, senderOf(call, principal));
    this.slow.add(answer);
    await Promise.all(requests.map((request) => this.#serve(new Exchange(peer, request, answer), answer)));
    this.slow.remove(answer);
  }

  async #serve(exchange: Exchange, answer: PostResponse): Promise<void> {
    const leave = this.inFlight.add(exchange);
    const response = await this.dispatcher.dispatch(exchange);
    const kept = answer.finish(exchange.request.id, response);
    // A shutdown waits for it: what is not in the log cannot be found elsewhere.
    if (kept) await kept;
    leave();
  }

  async #notified(session: SessionRecord, { method, params }: JsonRpcNotification): Promise<void> {
    if (method === 'notifications/initialized') {
      await this.services.sessions.update(session, { initialized: true });
    } else if (method === 'notifications/cancelled' && isRequestId(params?.requestId)) {
      const { principal, id } = session;
      const { requestId } = params;
      const reason = typeof params.reason === 'string' ? params.reason : 'the client cancelled it';
      // To all instances: the request may be running on any of them (G-46).
      await this.services.bus.publish({ type: 'cancel', session: { principal, id }, requestId, reason });
    }
  }
}

const idOf = (messages: readonly Message[], batch: boolean) => {
  const [message] = messages;
  return !batch && message?.kind === 'request' ? message.message.id : undefined;
};

function refuseBatch(messages: readonly Message[], session: SessionRecord): McpError | undefined {
  const refused = (reason: string) => new McpError(ErrorCode.InvalidRequest, `Invalid request: ${reason}`);
  if (!TRAITS[session.revision].batches) return refused('batches do not exist in this revision');
  if (messages.length > MAX_BATCH) return refused(`a batch of more than ${MAX_BATCH} messages`);
  const initialize = messages.some((m) => m.kind === 'request' && m.message.method === 'initialize');
  return initialize ? refused('initialize in a batch') : undefined;
}
