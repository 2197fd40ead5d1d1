import type { OutgoingHttpHeaders } from 'node:http';
import type { Root, SamplingResult } from '../../interaction/input-request.js';
import type { CompletionResult } from '../../protocol/content.js';
import type {
  PromptDefinition,
  ResourceDefinition,
  ResourceTemplateDefinition,
  ToolDefinition,
} from '../../protocol/definitions.js';
import { isObject, type JsonObject } from '../../protocol/messages.js';
import type { Revision } from '../../protocol/revisions.js';
import { type Destination } from '../http/line.js';
import type { Answering, ElicitAnswer, McpQuestion } from './answers.js';
import { type McpClientOptions } from './client-options.js';
import { Connector } from './connector.js';
import type { ListenFilter, McpServerInfo } from './dialect.js';
import { McpCall } from './mcp-call.js';
import { McpListener } from './mcp-listener.js';
import { McpTask } from './mcp-task.js';
import {
  type PromptAnswer,
  promptAnswer,
  type ResourceAnswer,
  resourceAnswer,
  type ToolAnswer,
  toolAnswer,
} from './results.js';
import type { TestPrincipal } from './test-principals.js';

/**
 * A client for tests, of either era. Its requests pass everything that those of any client pass: middleware, guards, the
 * endpoint, authorization. It opens its session with its first request. `mcpClient()` creates one.
 *
 * @publicApi
 */
export class McpClient {
  readonly #connector: Connector;
  readonly #derived = new Set<McpClient>();

  /** @internal */
  constructor(
    private readonly destination: Destination,
    private readonly options: McpClientOptions,
    private readonly principal?: TestPrincipal,
  ) {
    this.#connector = new Connector(destination, options, principal);
  }

  /** The revision that the client asks for. */
  get revision(): Revision {
    return this.#connector.revision;
  }

  /** The id of the session, which only legacy clients have, once it is open. */
  get sessionId(): string | undefined {
    return this.#connector.sessionId;
  }

  /** Everything that the server has asked, in this order. */
  get asked(): readonly McpQuestion[] {
    return this.#connector.answers.asked;
  }

  /** The same client for another principal, with a session of its own. It is closed together with this one. */
  as(principal: TestPrincipal): McpClient {
    return this.#derive(new McpClient(this.destination, this.options, principal));
  }

  /** The same client with more headers, and a session of its own. It is closed together with this one. */
  withHeaders(headers: OutgoingHttpHeaders): McpClient {
    const options = { ...this.options, headers: { ...this.options.headers, ...headers } };
    return this.#derive(new McpClient(this.destination, options, this.principal));
  }

  /**
   * Answers the forms and URLs that the server asks for, each answer one of them. A function answers all that follow. The
   * client then declares that it can be asked.
   *
   * @throws {Error} when a legacy session is open already: its capabilities cannot change
   */
  onElicit(...answers: Answering<ElicitAnswer>[]): this {
    this.#connector.requireUnopened('onElicit()');
    this.#connector.answers.elicit(answers);
    return this;
  }

  /** Answers what the server lets the client's model say; see {@link onElicit}. */
  onSample(...answers: Answering<SamplingResult>[]): this {
    this.#connector.requireUnopened('onSample()');
    this.#connector.answers.sample(answers);
    return this;
  }

  /** Answers which files the client has opened to the server; see {@link onElicit}. */
  onRoots(...answers: Answering<readonly Root[]>[]): this {
    this.#connector.requireUnopened('onRoots()');
    this.#connector.answers.roots(answers);
    return this;
  }

  /** Opens the session, or asks a modern server what it is. @throws {McpResponseError} when the server refuses */
  open(): Promise<McpServerInfo> {
    return this.#connector.open();
  }

  /** Sends any request. @returns its result as it came */
  request<T = JsonObject>(method: string, params: Readonly<JsonObject> = {}): McpCall<T> {
    return this.#call(method, params, (result) => result as T);
  }

  /** Sends any notification. */
  notify(method: string, params?: Readonly<JsonObject>): Promise<void> {
    return this.#connector.notify(method, params);
  }

  /** All tools that this client may see. */
  tools(): Promise<ToolDefinition[]> {
    return this.#list('tools/list', 'tools');
  }

  /**
   * Calls a tool. What the tool itself says about a failure is a result with `isError`.
   *
   * @throws {McpResponseError} for an error of the protocol, and when the server refuses
   */
  callTool<T = unknown>(name: string, args: object = {}): McpCall<ToolAnswer<T>> {
    return this.#call('tools/call', { name, arguments: args }, toolAnswer<T>);
  }

  /**
   * Calls a tool as a task. In the modern era the client declares the extension for it, and in 2025-11-25 it asks.
   *
   * @throws {McpResponseError} when the server refuses
   * @throws {Error} when the tool answers at once, without a task
   */
  async startTask<T = unknown>(name: string, args: object = {}): Promise<McpTask<T>> {
    const result = await this.#connector.start('tools/call', { name, arguments: args }, (one) => one, true).result;
    const { taskId } = (isObject(result.task) ? result.task : result) as { taskId?: string };
    if (taskId !== undefined) return new McpTask<T>(taskId, this.#connector);
    throw new Error(`"${name}" has answered at once, without a task: ${toolAnswer(result).text}`);
  }

  /** All resources that this client may see. */
  resources(): Promise<ResourceDefinition[]> {
    return this.#list('resources/list', 'resources');
  }

  /** All templates of resources that this client may see. */
  resourceTemplates(): Promise<ResourceTemplateDefinition[]> {
    return this.#list('resources/templates/list', 'resourceTemplates');
  }

  /** Reads a resource. @throws {McpResponseError} when there is none */
  readResource(uri: string): McpCall<ResourceAnswer> {
    return this.#call('resources/read', { uri }, resourceAnswer);
  }

  /** All prompts that this client may see. */
  prompts(): Promise<PromptDefinition[]> {
    return this.#list('prompts/list', 'prompts');
  }

  /** Gets a prompt. @throws {McpResponseError} when there is none, or its arguments do not fit */
  getPrompt(name: string, args: Readonly<Record<string, string>> = {}): McpCall<PromptAnswer> {
    return this.#call('prompts/get', { name, arguments: args }, promptAnswer);
  }

  /** Completes an argument of a prompt. @param known the arguments that are known already */
  completePrompt(name: string, argument: string, value: string, known?: Readonly<Record<string, string>>) {
    return this.#complete({ type: 'ref/prompt', name }, argument, value, known);
  }

  /** Completes a variable of a template. @param known the variables that are known already */
  completeResource(template: string, variable: string, value: string, known?: Readonly<Record<string, string>>) {
    return this.#complete({ type: 'ref/resource', uri: template }, variable, value, known);
  }

  /**
   * Listens to what the server tells by itself.
   *
   * @returns resolves when the server has confirmed it
   */
  async listen(filter: ListenFilter = {}): Promise<McpListener> {
    return new McpListener(...(await this.#connector.listen(filter)));
  }

  /** Ends everything that is running, and the session. A client that is closed cannot be used any more. */
  async close(): Promise<void> {
    await Promise.all([...this.#derived].map((client) => client.close()));
    await this.#connector.close();
  }

  #derive(client: McpClient): McpClient {
    this.#derived.add(client);
    return client;
  }

  #call<T>(method: string, params: JsonObject, project: (result: JsonObject) => T): McpCall<T> {
    const { result, run } = this.#connector.start(method, params, project);
    return new McpCall(result, run, this.#connector);
  }

  async #list<T>(method: string, member: string): Promise<T[]> {
    const all: T[] = [];
    for (let params: JsonObject | undefined = {}; params;) {
      const { [member]: page, nextCursor }: JsonObject = await this.#connector.request(method, params);
      all.push(...(page as T[]));
      params = nextCursor === undefined ? undefined : { cursor: nextCursor };
    }
    return all;
  }

  #complete(ref: JsonObject, name: string, value: string, known?: object): McpCall<CompletionResult> {
    const params = { ref, argument: { name, value }, ...(known && { context: { arguments: known } }) };
    return this.#call('completion/complete', params, ({ completion }) => completion as CompletionResult);
  }
}
