import type { IncomingMessage } from 'node:http';
import { ErrorCode } from '../../protocol/errors.js';
import type { ToolDefinition } from '../../protocol/definitions.js';
import type { LogLevel } from '../../protocol/log-levels.js';
import { isObject, type JsonObject, type JsonRpcResponse } from '../../protocol/messages.js';
import { META } from '../../protocol/meta-keys.js';
import { nameSourceOf } from '../../protocol/named-requests.js';
import { MODERN_REVISION } from '../../protocol/revisions.js';
import { TASKS_EXTENSION } from '../../task/task-extension.js';
import type { Line } from '../http/line.js';
import type { McpQuestion } from './answers.js';
import type { Dialect, ListenFilter, McpServerInfo } from './dialect.js';
import { headerValue, paramHeadersOf } from './param-headers.js';
import { isCut, readReply, requireAccepted } from './read-reply.js';
import { McpResponseError } from './response-error.js';
import { RunningRequest } from './running-request.js';

/** More questions in a row than any method asks. */
const MAX_ROUNDS = 100;
/** The first notification of a subscription. */
const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';

export interface ModernOptions {
  readonly capabilities: () => JsonObject;
  readonly logLevel: () => LogLevel | undefined;
  readonly clientInfo: JsonObject;
  readonly newRun: () => RunningRequest;
}

/** A client of 2026-07-28: each request says everything, and questions are answered by asking again. */
export class ModernDialect implements Dialect {
  #id = 0;
  #tools: readonly ToolDefinition[] | undefined;

  constructor(
    private readonly line: Line,
    private readonly options: ModernOptions,
  ) {}

  async open(): Promise<McpServerInfo> {
    const result = await this.request('server/discover', {}, this.options.newRun());
    const meta = result._meta as JsonObject;
    const { name, version, title } = meta[META.serverInfo] as McpServerInfo;
    const { capabilities, instructions } = result as unknown as McpServerInfo;
    return {
      ...{ name, version, ...(title !== undefined && { title }) },
      ...{ capabilities, ...(instructions !== undefined && { instructions }) },
      revision: MODERN_REVISION,
    };
  }

  async request(method: string, params: JsonObject, run: RunningRequest): Promise<JsonObject> {
    let asked = params;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const result = await this.#answer(method, asked, run);
      if (result.resultType !== 'input_required') return result;
      asked = { ...params, inputResponses: await answersTo(result, run), requestState: result.requestState };
    }
    throw new Error(`${method} has asked ${MAX_ROUNDS} times without an end.`);
  }

  async notify(method: string, params: JsonObject = {}): Promise<void> {
    const message = { jsonrpc: '2.0', method, params: this.#withEnvelope(params, false) };
    const response = await this.line.send('POST', this.#headers(method, params), message);
    await requireAccepted(method, response);
    response.resume();
  }

  /** Closing the connection says it. */
  async cancel(run: RunningRequest, reason: string): Promise<void> {
    run.end(new Error(`The client has cancelled the request: ${reason}`));
  }

  async listen(filter: ListenFilter, run: RunningRequest, connected: () => void): Promise<void> {
    const { tools = true, resources = true, prompts = true, updates = [], tasks } = filter;
    const notifications = {
      ...{ toolsListChanged: tools, resourcesListChanged: resources, promptsListChanged: prompts },
      ...{ resourceSubscriptions: updates, ...(tasks && { taskIds: tasks }) },
    };
    // Nothing is replayed in this era: who comes back begins anew.
    for (let first = true; !run.over; first = false) {
      if (!first) await run.disconnected();
      await this.#subscribe({ notifications }, run, connected);
    }
  }

  async close(): Promise<void> {}

  async #subscribe(params: JsonObject, run: RunningRequest, connected: () => void): Promise<void> {
    const method = 'subscriptions/listen';
    try {
      const response = await this.#post(method, params, run);
      await requireAccepted(method, response);
      const heeded = (name: string) => name === ACKNOWLEDGED && (connected(), true);
      await readReply(response, run, { answered: () => true, heeded });
    } catch (error) {
      if (!isCut(error)) throw error;
    }
  }

  /** Repeats arguments in headers as soon as the server says that the tool wants it. */
  async #answer(method: string, params: JsonObject, run: RunningRequest): Promise<JsonObject> {
    try {
      return await this.#once(method, params, run);
    } catch (error) {
      const isMismatch = error instanceof McpResponseError && error.code === ErrorCode.HeaderMismatch;
      if (!isMismatch || method !== 'tools/call') throw error;
      await this.#learnTools();
      return this.#once(method, params, run);
    }
  }

  async #once(method: string, params: JsonObject, run: RunningRequest): Promise<JsonObject> {
    const response = await this.#post(method, params, run);
    const { statusCode = 0, headers } = response;
    await requireAccepted(method, response);
    let answer: JsonRpcResponse | undefined;
    await readReply(response, run, { answered: (message) => ((answer = message as unknown as JsonRpcResponse), true) });
    if (!answer)
      throw run.over ?? new Error(`The connection of ${method} was cut, and nothing can be resumed in this era.`);
    if (answer.error) throw new McpResponseError(method, statusCode, headers, answer.error);
    return answer.result as JsonObject;
  }

  async #learnTools(): Promise<void> {
    const tools: ToolDefinition[] = [];
    for (let cursor: unknown, first = true; first || cursor !== undefined; first = false) {
      const page = await this.#once('tools/list', first ? {} : { cursor }, this.options.newRun());
      tools.push(...(page.tools as ToolDefinition[]));
      cursor = page.nextCursor;
    }
    this.#tools = tools;
  }

  #post(method: string, params: JsonObject, run: RunningRequest): Promise<IncomingMessage> {
    const isOfTask = run.startsTask || method.startsWith('tasks/') || isObject(params.notifications);
    const message = { jsonrpc: '2.0', id: ++this.#id, method, params: this.#withEnvelope(params, isOfTask) };
    return this.line.send('POST', this.#headers(method, params), message, run.signal);
  }

  /** @param isOfTask whether the client declares that it knows tasks */
  #withEnvelope(params: JsonObject, isOfTask: boolean): JsonObject {
    const { capabilities, logLevel, clientInfo } = this.options;
    const level = logLevel();
    const own = {
      [META.protocolVersion]: MODERN_REVISION,
      [META.clientCapabilities]: isOfTask ? declaringTasks(capabilities()) : capabilities(),
      [META.clientInfo]: clientInfo,
      ...(level !== undefined && { [META.logLevel]: level }),
    };
    return { ...params, _meta: { ...own, ...(params._meta as JsonObject | undefined) } };
  }

  #headers(method: string, params: JsonObject): Record<string, string> {
    const name = params[nameSourceOf(method) ?? ''];
    const tool = method === 'tools/call' ? this.#tools?.find((one) => one.name === name) : undefined;
    return {
      'mcp-protocol-version': MODERN_REVISION,
      'mcp-method': method,
      ...(typeof name === 'string' && { 'mcp-name': headerValue(name) }),
      ...(tool && isObject(params.arguments) && paramHeadersOf(tool, params.arguments)),
    };
  }
}

/** A client that declared it with a call could get a task for an answer. */
const declaringTasks = (capabilities: JsonObject): JsonObject => ({
  ...capabilities,
  extensions: { ...(capabilities.extensions as JsonObject | undefined), [TASKS_EXTENSION]: {} },
});

async function answersTo({ inputRequests }: JsonObject, run: RunningRequest): Promise<JsonObject> {
  const responses: JsonObject = {};
  for (const [key, { method, params = {} }] of Object.entries((inputRequests ?? {}) as Record<string, McpQuestion>)) {
    responses[key] = await run.ask({ method, params });
  }
  return responses;
}
