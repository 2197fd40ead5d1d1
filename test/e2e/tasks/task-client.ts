import { CLIENT_CAPABILITIES, modern } from '../../fixtures/clients/mcp-requests.js';
import { send, type RawReply } from '../../fixtures/clients/raw-http.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { SseClient, type JsonRpc } from '../../fixtures/clients/sse-client.js';
import { parseFrames } from '../../fixtures/clients/sse-frames.js';

export const TASKS = 'io.modelcontextprotocol/tasks';
export const RELATED = 'io.modelcontextprotocol/related-task';

export interface Reply extends JsonRpc {
  readonly status: number;
  /** The notifications before the response. */
  readonly notifications: readonly JsonRpc[];
  readonly text: string;
}

/** Reads the response and the notifications before it, from JSON or a stream. */
export function readReply({ status, headers, body }: RawReply): Reply {
  const isStream = headers['content-type'] === 'text/event-stream';
  const texts = isStream ? parseFrames(body).flatMap(({ data }) => (data ? [data] : [])) : [body];
  const messages = texts.map((text) => JSON.parse(text) as JsonRpc);
  const answer = messages.find(({ method }) => method === undefined)!;
  return { ...answer, status, notifications: messages.filter((message) => message !== answer), text: texts.at(-1)! };
}

export interface TaskClientOptions {
  readonly user?: string;
  readonly capabilities?: Record<string, unknown>;
}

const DECLARED = { elicitation: {}, extensions: { [TASKS]: {} } };

/** A modern client that declares the tasks extension by default. */
export class TaskClient {
  constructor(
    readonly port: number,
    private readonly options: TaskClientOptions = {},
  ) {}

  async request(
    method: string,
    params: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    return readReply(await send(this.port, this.#raw(method, params, headers)));
  }

  call(name: string, args: Record<string, unknown> = {}, more: Record<string, unknown> = {}): Promise<Reply> {
    return this.request('tools/call', { name, arguments: args, ...more });
  }

  /** Calls a tool that becomes a task. @returns its id */
  async start(name: string, args?: Record<string, unknown>): Promise<string> {
    const reply = await this.call(name, args);
    if (reply.result?.resultType !== 'task') throw new Error(`The response is not a task: ${reply.text}`);
    return reply.result.taskId as string;
  }

  get(taskId: string): Promise<Reply> {
    return this.request('tasks/get', { taskId });
  }
  cancel(taskId: string): Promise<Reply> {
    return this.request('tasks/cancel', { taskId });
  }
  update(taskId: string, inputResponses: Record<string, unknown>): Promise<Reply> {
    return this.request('tasks/update', { taskId, inputResponses });
  }

  /** Answers the outstanding questions, in their order. */
  async answer(taskId: string, ...contents: readonly Record<string, unknown>[]): Promise<Reply> {
    const { inputRequests } = await this.until(taskId, ({ inputRequests: asked }) => asked !== undefined);
    const keys = Object.keys(inputRequests as object);
    const answers = contents.map((content, i) => [keys[i], { action: 'accept', content }]);
    return this.update(taskId, Object.fromEntries(answers));
  }

  listen(taskIds: readonly string[]): Promise<SseClient> {
    return SseClient.open(this.port, this.#raw('subscriptions/listen', { notifications: { taskIds } }));
  }

  /** Waits for a notification with the wanted status. @returns the task in it */
  async until(taskId: string, wanted: string | ((task: Record<string, any>) => boolean)): Promise<Record<string, any>> {
    const fits = typeof wanted === 'string' ? ({ status }: Record<string, any>) => status === wanted : wanted;
    const stream = await this.listen([taskId]);
    try {
      const is = ({ method, params }: JsonRpc) => method === 'notifications/tasks' && fits(params!);
      return (await stream.message(is)).params!;
    } finally {
      await stream.close();
    }
  }

  #raw(method: string, params: Record<string, unknown>, headers: Record<string, string> = {}) {
    const { user, capabilities = DECLARED } = this.options;
    const meta = { [CLIENT_CAPABILITIES]: capabilities };
    return modern(method, params, { meta, headers: { ...headers, 'x-user': user } });
  }
}

/** A session of 2025-11-25, or of another revision. */
export class ExperimentalClient {
  static async open(port: number, user?: string, revision?: string): Promise<ExperimentalClient> {
    const headers = user === undefined ? {} : { 'x-user': user };
    const session = await LegacySession.open(port, { headers, revision, capabilities: { elicitation: {} } });
    return new ExperimentalClient(session);
  }

  private constructor(readonly session: LegacySession) {}

  /** @param port another instance than the one the session was opened at */
  async request(method: string, params: Record<string, unknown> = {}, port = this.session.port): Promise<Reply> {
    return readReply(await send(port, this.session.raw(this.session.message(method, params))));
  }

  call(
    name: string,
    args: Record<string, unknown> = {},
    task: Record<string, unknown> | undefined = {},
  ): Promise<Reply> {
    return this.request('tools/call', { name, arguments: args, task });
  }

  async start(name: string, args?: Record<string, unknown>, task?: Record<string, unknown>): Promise<string> {
    const reply = await this.call(name, args, task);
    if (!reply.result?.task) throw new Error(`The response is not a task: ${reply.text}`);
    return reply.result.task.taskId as string;
  }

  /** `tasks/result` as a stream; only for a task that sends messages before its result. */
  result(taskId: string, port = this.session.port): Promise<SseClient> {
    return SseClient.open(port, this.session.raw(this.session.message('tasks/result', { taskId })));
  }
}
