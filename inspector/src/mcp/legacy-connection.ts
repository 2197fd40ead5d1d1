import { pause } from '../net/pause.js';
import type { Attendant, Connection, Request, ServerInfo, TaskState, WireRequest } from './connection.js';
import { isOpen, POLL_MS, REVISIONS, UNATTENDED } from './connection.js';
import { type Endpoint, type Headers, HttpRefusal, type Reply } from './endpoint.js';
import { CAPABILITIES, CLIENT_INFO, isNotification, isRequest, type Message, type Params } from './messages.js';
import { type RequestId, RpcFailure } from './messages.js';

const REVISION = REVISIONS.legacy;
/** How long to wait with a resume when the server names no time. */
const RESUME_MS = 1000;

/** The task of 2025-11-25, whose names for times differ. */
interface LegacyTask extends Omit<TaskState, 'ttlMs' | 'pollIntervalMs'> {
  readonly ttl?: number | null;
  readonly pollInterval?: number;
}

/** A client of 2025-11-25: a session, streams that are resumed, and questions that are requests of the server. */
export class LegacyConnection implements Connection {
  readonly era = 'legacy';
  #lastId = 0;
  #session: Headers = {};
  readonly #subscribed = new Set<string>();

  constructor(
    private readonly endpoint: Endpoint,
    private readonly logLevel: string | undefined,
  ) {}

  async open(): Promise<ServerInfo> {
    const params = { protocolVersion: REVISION, capabilities: CAPABILITIES, clientInfo: CLIENT_INFO };
    const id = ++this.#lastId;
    const reply = await this.endpoint.post({ jsonrpc: '2.0', id, method: 'initialize', params }, {});
    const result = await this.#answer(reply, id, UNATTENDED, new AbortController().signal);
    const sessionId = reply.headers.get('mcp-session-id');
    const revision = String(result['protocolVersion']);
    this.#session = { 'mcp-protocol-version': revision, ...(sessionId !== null && { 'mcp-session-id': sessionId }) };
    await this.#notify('notifications/initialized', {});
    const {
      capabilities = {},
      instructions,
      serverInfo,
    } = result as {
      capabilities?: Params;
      instructions?: string;
      serverInfo: { name: string; title?: string; version: string };
    };
    if (this.logLevel !== undefined && 'logging' in capabilities) {
      await this.#ask('logging/setLevel', { level: this.logLevel });
    }
    return { ...serverInfo, revision, capabilities, ...(instructions && { instructions }) };
  }

  async request(request: Request, attendant: Attendant, signal: AbortSignal): Promise<Params> {
    const id = ++this.#lastId;
    const { headers, body } = this.wire(request, id);
    const cancel = (): void => void this.#notify('notifications/cancelled', { requestId: id }).catch(() => undefined);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await this.#answer(await this.endpoint.post(body as Message, headers, signal), id, attendant, signal);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  taskOf(result: Params): TaskState | undefined {
    return result['task'] === undefined ? undefined : stateOf(result['task'] as LegacyTask);
  }

  /** The questions of a task come on the stream of `tasks/result`, which waits for its end. */
  async *follow(task: TaskState, attendant: Attendant, signal: AbortSignal): AsyncGenerator<TaskState> {
    const { taskId } = task;
    let outcome: Promise<Pick<TaskState, 'result' | 'error'>> | undefined;
    for (let state = task; ;) {
      await pause(state.pollIntervalMs ?? POLL_MS, signal);
      state = stateOf((await this.#ask('tasks/get', { taskId }, signal)) as unknown as LegacyTask);
      const hasEnded = !isOpen(state);
      if (state.status === 'cancelled') return yield state;
      if (state.status !== 'working') outcome ??= this.#outcome(taskId, attendant, signal);
      yield hasEnded ? { ...state, ...(await outcome) } : state;
      if (hasEnded) return;
    }
  }

  #outcome(taskId: string, attendant: Attendant, signal: AbortSignal): Promise<Pick<TaskState, 'result' | 'error'>> {
    return this.request({ method: 'tasks/result', params: { taskId } }, attendant, signal).then(
      (result) => ({ result }),
      (error: unknown) => ({ error: error instanceof RpcFailure ? error.error : { code: 0, message: String(error) } }),
    );
  }

  async cancelTask(taskId: string): Promise<void> {
    await this.#ask('tasks/cancel', { taskId });
  }

  async listen(uris: readonly string[], notified: Attendant['notified'], signal: AbortSignal): Promise<void> {
    for (const uri of uris) {
      if (!this.#subscribed.has(uri)) await this.#ask('resources/subscribe', { uri }, signal);
      this.#subscribed.add(uri);
    }
    for (const uri of [...this.#subscribed].filter((one) => !uris.includes(one))) {
      await this.#ask('resources/unsubscribe', { uri }, signal);
      this.#subscribed.delete(uri);
    }
    const reply = await this.endpoint.get(this.#session, signal);
    for await (const message of reply.messages()) {
      if (isNotification(message)) notified(message.method!, message.params ?? {});
      else if (message.method === 'ping') await this.#respond(message.id!, { result: {} });
    }
  }

  wire({ method, params, asTask }: Request, id = 1): WireRequest {
    const own = { ...(params['_meta'] as Params | undefined), progressToken: id };
    const body = { jsonrpc: '2.0', id, method, params: { ...params, ...(asTask && { task: {} }), _meta: own } };
    return { headers: this.#session, body };
  }

  async close(): Promise<void> {
    if ('mcp-session-id' in this.#session) await this.endpoint.delete(this.#session);
  }

  #ask(method: string, params: Params, signal = new AbortController().signal): Promise<Params> {
    return this.request({ method, params }, UNATTENDED, signal);
  }

  async #notify(method: string, params: Params): Promise<void> {
    await this.#send({ jsonrpc: '2.0', method, params });
  }

  #respond(id: RequestId, outcome: Pick<Message, 'result' | 'error'>): Promise<void> {
    return this.#send({ jsonrpc: '2.0', id, ...outcome });
  }

  async #send(message: Message): Promise<void> {
    const reply = await this.endpoint.post(message, this.#session);
    for await (const { error } of reply.messages()) if (error) throw new RpcFailure(error);
  }

  /** The answer to a request, from its stream or from those that continue it. */
  async #answer(first: Reply, id: RequestId, attendant: Attendant, signal: AbortSignal): Promise<Params> {
    for (let reply = first; ;) {
      try {
        for await (const message of reply.messages()) {
          if (isRequest(message)) void this.#reply(message, attendant, signal);
          else if (isNotification(message)) attendant.notified(message.method!, message.params ?? {});
          else if (message.id !== id) continue;
          else if (message.error) throw new RpcFailure(message.error);
          else return message.result ?? {};
        }
      } catch (error) {
        // A connection that is lost is resumed, like one that the server has ended, or has no room for just now.
        const mayResume = error instanceof TypeError || (reply !== first && isPassing(error));
        if (!mayResume) throw error;
      }
      const { lastEventId, retryMs = RESUME_MS } = reply.events;
      if (lastEventId === undefined) throw new Error('The stream ended before the answer, and cannot be resumed.');
      await pause(retryMs, signal);
      reply = await this.endpoint.get({ ...this.#session, 'last-event-id': lastEventId }, signal);
      reply.events.lastEventId ??= lastEventId;
    }
  }

  async #reply({ id, method, params }: Message, attendant: Attendant, signal: AbortSignal): Promise<void> {
    const respond = (outcome: Pick<Message, 'result' | 'error'>): Promise<void> => this.#respond(id!, outcome);
    try {
      if (method === 'ping') return await respond({ result: {} });
      const key = String(id);
      const answers = await attendant.ask({ [key]: { method: method!, ...(params && { params }) } }, signal);
      await respond({ result: answers[key]! });
    } catch {
      // Nobody is there to be told: the call was cancelled, or has failed by itself.
    }
  }
}

const isPassing = (error: unknown): boolean => error instanceof HttpRefusal && error.isPassing;

function stateOf({ ttl, pollInterval, ...rest }: LegacyTask): TaskState {
  return {
    ...rest,
    ...(ttl !== undefined && { ttlMs: ttl }),
    ...(pollInterval !== undefined && { pollIntervalMs: pollInterval }),
  };
}
