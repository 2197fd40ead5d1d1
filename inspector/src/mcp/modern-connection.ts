import { pause } from '../net/pause.js';
import { META } from '../../../lib/protocol/meta-keys.js';
import { nameSourceOf } from '../../../lib/protocol/named-requests.js';
import type { Attendant, Connection, Request, ServerInfo, TaskState, WireRequest } from './connection.js';
import { isOpen, POLL_MS, REVISIONS, UNATTENDED } from './connection.js';
import type { Endpoint } from './endpoint.js';
import { encodeHeader, parameterHeaders } from './header-value.js';
import {
  CAPABILITIES,
  CLIENT_INFO,
  isNotification,
  type Params,
  type Question,
  type Questions,
  RpcFailure,
} from './messages.js';

const REVISION = REVISIONS.modern;

/** A client of 2026-07-28: no session, each request says everything, and questions are answered by asking again. */
export class ModernConnection implements Connection {
  readonly era = 'modern';
  #lastId = 0;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly logLevel: string | undefined,
  ) {}

  async open(): Promise<ServerInfo> {
    const result = await this.#ask('server/discover', {});
    const meta = (result['_meta'] ?? {}) as Params;
    const info = (meta[META.serverInfo] ?? {}) as { name?: string; title?: string; version?: string };
    const { capabilities = {}, instructions } = result as { capabilities?: Params; instructions?: string };
    const { name = 'Unnamed server', version = '', title } = info;
    return {
      name,
      version,
      revision: REVISION,
      capabilities,
      ...(title && { title }),
      ...(instructions && { instructions }),
    };
  }

  async request(request: Request, attendant: Attendant, signal: AbortSignal): Promise<Params> {
    for (let round: Params = {}; ;) {
      const asked = { ...request, params: { ...request.params, ...round } };
      const result = await this.#once(asked, attendant, signal);
      if (result['resultType'] !== 'input_required') return result;
      const questions = (result['inputRequests'] ?? {}) as Questions;
      // A state without questions means: come back with it.
      const inputResponses = Object.keys(questions).length > 0 ? await attendant.ask(questions, signal) : {};
      round = { inputResponses, requestState: result['requestState'] };
    }
  }

  taskOf(result: Params): TaskState | undefined {
    return result['resultType'] === 'task' ? (result as unknown as TaskState) : undefined;
  }

  /** It is polled while its questions are open as well: it may be cancelled meanwhile, or answered by somebody else. */
  async *follow(task: TaskState, attendant: Attendant, signal: AbortSignal): AsyncGenerator<TaskState> {
    const { taskId } = task;
    const asked = new Set<string>();
    const over = new AbortController();
    const ended = AbortSignal.any([signal, over.signal]);
    const ask = async (key: string, question: Question): Promise<void> => {
      asked.add(key);
      const inputResponses = await attendant.ask({ [key]: question }, ended);
      await this.#ask('tasks/update', { taskId, inputResponses }, ended);
    };
    try {
      for (let state = task; ;) {
        await pause(state.pollIntervalMs ?? POLL_MS, signal);
        const result = await this.#ask('tasks/get', { taskId }, signal);
        state = result as unknown as TaskState;
        yield state;
        if (!isOpen(state)) return;
        for (const [key, question] of Object.entries((result['inputRequests'] ?? {}) as Questions)) {
          // An answer that did not arrive is asked for again.
          if (!asked.has(key)) void ask(key, question).catch(() => asked.delete(key));
        }
      }
    } finally {
      over.abort();
    }
  }

  async cancelTask(taskId: string): Promise<void> {
    await this.#ask('tasks/cancel', { taskId });
  }

  async listen(uris: readonly string[], notified: Attendant['notified'], signal: AbortSignal): Promise<void> {
    const lists = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true };
    const notifications = { ...lists, ...(uris.length > 0 && { resourceSubscriptions: uris }) };
    await this.#once(
      { method: 'subscriptions/listen', params: { notifications } },
      { ...UNATTENDED, notified },
      signal,
    );
  }

  wire({ method, params, schema }: Request, id = 1): WireRequest {
    const own = {
      ...(params['_meta'] as Params | undefined),
      [META.protocolVersion]: REVISION,
      [META.clientCapabilities]: CAPABILITIES,
      [META.clientInfo]: CLIENT_INFO,
      ...(this.logLevel !== undefined && { [META.logLevel]: this.logLevel }),
      progressToken: id,
    };
    const name = params[nameSourceOf(method) ?? ''];
    const headers = {
      'mcp-protocol-version': REVISION,
      'mcp-method': method,
      ...(typeof name === 'string' && { 'mcp-name': encodeHeader(name) }),
      ...(method === 'tools/call' && parameterHeaders(schema, params['arguments'])),
    };
    return { headers, body: { jsonrpc: '2.0', id, method, params: { ...params, _meta: own } } };
  }

  async close(): Promise<void> {
    // There is nothing to end: the server keeps nothing between requests.
  }

  #ask(method: string, params: Params, signal = new AbortController().signal): Promise<Params> {
    return this.#once({ method, params }, UNATTENDED, signal);
  }

  async #once(request: Request, attendant: Attendant, signal: AbortSignal): Promise<Params> {
    const { headers, body } = this.wire(request, ++this.#lastId);
    const reply = await this.endpoint.post(body as never, headers, signal);
    for await (const message of reply.messages()) {
      if (isNotification(message)) attendant.notified(message.method!, message.params ?? {});
      else if (message.error) throw new RpcFailure(message.error);
      else if (message.result) return message.result;
    }
    throw new Error('The stream ended before the answer.');
  }
}
