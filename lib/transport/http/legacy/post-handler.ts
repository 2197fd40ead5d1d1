import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Dispatcher } from '../../../engine/dispatcher.js';
import { Exchange, NO_OUTLET } from '../../../exchange/exchange.js';
import { legacyPeer, type Peer } from '../../../exchange/peer.js';
import { viewOf } from '../../../exchange/request-view.js';
import type { InFlight } from '../../../engine/in-flight.js';
import type { Answer } from '../../../engine/running-request.js';
import { openSession } from '../../../engine/methods/initialize.js';
import { CapacityError, ErrorCode, McpError } from '../../../protocol/errors.js';
import type { JsonRpcNotification, JsonRpcRequest, JsonRpcResponse } from '../../../protocol/messages.js';
import { MAX_BATCH, isRequestId } from '../../../protocol/messages.js';
import { TRAITS } from '../../../protocol/revisions.js';
import { principalId } from '../../../session/principal.js';
import { isSessionId } from '../../../session/session-id.js';
import type { SessionRecord } from '../../../session/session-record.js';
import { SessionLimitError } from '../../../session/session-store.js';
import { clientOf, sendJson, senderOf, type HttpContext } from '../http-context.js';
import type { ValidMessage } from '../classified-post.js';
import { PostResponse } from './post-response.js';
import type { LegacyServices } from '../../legacy-services.js';
import { recordRefusal, refuse, refuseBusy } from '../refuse.js';
import { retryAfter } from '../retry-after.js';
import { refuseUnknownSession, requireKey, requireSession } from './require-session.js';
import type { StreamUpgrades } from '../sse/stream-upgrades.js';
import type { SseOptions } from '../sse/sse-writer.js';

/** Requests of one batch that begin in one turn of the event loop. */
const BATCH_PER_TURN = 2;

/** Serves the POSTs of the legacy era. */
export class PostHandler {
  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly inFlight: InFlight,
    private readonly slow: StreamUpgrades,
    private readonly services: LegacyServices,
    private readonly options: SseOptions,
  ) {}

  /** Opens a session and sends its id with the response (G-3). */
  async initialize(http: HttpContext, request: JsonRpcRequest): Promise<void> {
    const owner = principalId(http.principal);
    const id = http.headers['mcp-session-id'];
    if (isSessionId(id) && (await this.services.sessions.load({ principal: owner, id }))) {
      return refuse(
        http,
        400,
        new McpError(ErrorCode.InvalidRequest, 'This session is already initialized'),
        request.id,
      );
    }
    let session: SessionRecord;
    try {
      const broadcastsFrom = await this.services.feed.begin();
      session = { ...openSession(request.params, owner), client: clientOf(http), broadcastsFrom };
      await this.services.sessions.create(session);
      this.services.observer.sessionStarted(session, senderOf(http));
    } catch (error) {
      if (error instanceof SessionLimitError) {
        recordRefusal(http, error.status);
        return sendJson(http, error.status, undefined, retryAfter('sessionLimit'));
      }
      if (error instanceof McpError && !(error instanceof CapacityError)) return refuse(http, 400, error, request.id);
      throw error;
    }
    const exchange = new Exchange(legacyPeer(session, senderOf(http)), request, NO_OUTLET);
    const serialized = await this.dispatcher.dispatch(exchange);
    if (serialized) sendJson(http, 200, serialized.text, { 'mcp-session-id': session.id });
  }

  async post(http: HttpContext, messages: readonly ValidMessage[], batch: boolean): Promise<void> {
    if (!batch && isInitialized(messages[0])) return this.#initialized(http);
    const session = await requireSession(
      http,
      this.services.sessions,
      principalId(http.principal),
      idOf(messages, batch),
    );
    if (!session) return;
    const error = batch ? batchError(messages, session) : undefined;
    if (error) return refuse(http, 400, error);

    const requests: JsonRpcRequest[] = [];
    for (const message of messages) {
      if (message.kind === 'request') requests.push(message.message);
      else if (message.kind === 'notification') await this.#handleNotification(session, message.message);
      // Accepted even if nothing waits for this answer any more: the client has done its part.
      else await this.#passAnswer(session, message.message);
    }
    if (requests.length === 0) return sendJson(http, 202);

    // A client that has left emits no further "close".
    if (http.response.destroyed) return;
    const client = clientOf(http);
    const busy = this.inFlight.refusal(client);
    if (busy) return refuseBusy(http, busy, 'serves as many requests', idOf(messages, batch));
    const ids = requests.map(({ id }) => id);
    const response = new PostResponse(http, session, this.services, this.options, ids, batch);
    const exchanges = exchangesOf(requests, legacyPeer(session, senderOf(http)), response);
    // Without a stream the client has nothing to resume: its results could not reach it any more.
    http.response.on('close', () => {
      if (http.response.writableFinished || response.isStream) return;
      for (const exchange of exchanges) exchange.cancel('the client closed the response');
    });
    const pending = this.slow.add(response);
    const serving = batch
      ? this.#serveBatch(http, exchanges, response, client)
      : this.#serve(exchanges[0]!, response, client);
    if (serving) await serving;
    this.slow.remove(pending);
  }

  async #serveBatch(http: HttpContext, exchanges: readonly Exchange[], response: PostResponse, client: string) {
    const served: Promise<void>[] = [];
    for (const exchange of exchanges) {
      // The results of a large batch must not all be there in the same turn.
      if (served.length > 0 && served.length % BATCH_PER_TURN === 0) await nextTurn();
      await http.turns?.take(http.remoteAddress, 0);
      if (response.isFull) response.refuse(exchange.request.id);
      // In a turn of its own: one that enters an AsyncLocalStorage must not replace that of another.
      else served.push(Promise.resolve().then(() => this.#serve(exchange, response, client)));
    }
    await Promise.all(served);
  }

  #serve(exchange: Exchange, response: PostResponse, client: string): void | Promise<void> {
    const running = this.inFlight.add(exchange, client);
    const remove = (): void => this.inFlight.remove(running, client);
    const finish = (answer: Answer): void | Promise<void> => {
      const stored = response.finish(exchange.request.id, answer);
      // A shutdown waits until the response is in the log: otherwise the client could not find it on another instance.
      return stored ? stored.then(remove) : remove();
    };
    const answer = this.dispatcher.dispatch(exchange);
    return answer instanceof Promise ? answer.then(finish) : finish(answer);
  }

  /** The one thing that every session does once. Its update finds out whether there is a session at all. */
  async #initialized(http: HttpContext): Promise<void> {
    const session = requireKey(http, principalId(http.principal));
    if (!session) return;
    if (!(await this.services.sessions.update(session, { initialized: true }))) return refuseUnknownSession(http);
    sendJson(http, 202);
  }

  async #passAnswer(session: SessionRecord, answer: JsonRpcResponse): Promise<void> {
    const { observer, pending } = this.services;
    await observer.answered(session, answer, () => pending.answer(session, answer));
  }

  async #handleNotification(session: SessionRecord, { method, params }: JsonRpcNotification): Promise<void> {
    if (method === 'notifications/initialized') {
      await this.services.sessions.update(session, { initialized: true });
    } else if (method === 'notifications/cancelled' && isRequestId(params?.requestId)) {
      const { principal, id } = session;
      const { requestId } = params;
      const reason = typeof params.reason === 'string' ? params.reason : 'the client cancelled the request';
      // Published to all instances: the request may be running on any of them (G-46).
      await this.services.bus.publish({ type: 'cancel', session: { principal, id }, requestId, reason });
    }
  }
}

/** What a guard writes to the request of one call must not be found by another. */
const exchangesOf = (requests: readonly JsonRpcRequest[], peer: Peer, outlet: PostResponse): Exchange[] =>
  requests.length === 1
    ? [new Exchange(peer, requests[0]!, outlet)]
    : requests.map((request) => new Exchange({ ...peer, request: viewOf(peer.request) }, request, outlet));

const isInitialized = (message: ValidMessage | undefined): boolean =>
  message?.kind === 'notification' && message.message.method === 'notifications/initialized';

const idOf = (messages: readonly ValidMessage[], batch: boolean) => {
  const [message] = messages;
  return !batch && message?.kind === 'request' ? message.message.id : undefined;
};

function batchError(messages: readonly ValidMessage[], session: SessionRecord): McpError | undefined {
  const invalid = (reason: string) => new McpError(ErrorCode.InvalidRequest, `Invalid request: ${reason}`);
  if (!TRAITS[session.revision].batches) return invalid('batches do not exist in this revision');
  if (messages.length > MAX_BATCH) return invalid(`a batch of more than ${MAX_BATCH} messages`);
  const initialize = messages.some((m) => m.kind === 'request' && m.message.method === 'initialize');
  return initialize ? invalid('initialize in a batch') : undefined;
}
