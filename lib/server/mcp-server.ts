import type { CatalogEntry, CatalogKind } from '../catalog/entries.js';
import type { McpAppOptions } from '../decorators/app-options.js';
import type { McpPromptOptions, McpResourceOptions, McpToolOptions } from '../decorators/metadata.js';
import type { EntryFactory } from '../discovery/entry-factory.js';
import type { HandlerHost } from '../pipeline/handler-pipelines.js';
import { extensionNotification } from '../engine/extension-notification.js';
import type { CallToolResult } from '../protocol/content.js';
import type { JsonObject } from '../protocol/messages.js';
import { principalId, type Principal } from '../session/principal.js';
import type { DeliveryOutcome, McpLogMessage } from './announcer.js';
import { healthOf, type McpHealth } from './health.js';
import { callInProcess, type CallToolOptions } from './call-in-process.js';
import type { McpRuntime } from './mcp-runtime.js';
import { type McpHandler, type McpHandlerEnhancers, runTimePrimitive } from './run-time-primitive.js';
import { knownAcrossCopies } from '../packages/known-across-copies.js';

type Named<O> = O & { readonly name: string };

/**
 * The application's access to its MCP server: it sends messages to clients, registers primitives at run time, and calls
 * tools in process. Inject it by its class, or with `@InjectMcpServer(name)` for a named server.
 *
 * Its messages reach clients of every instance of a fleet. Methods that need Redis reject with a
 * `BackendUnavailableError` while it cannot be reached.
 *
 * @example
 * ```ts
 * @Injectable()
 * export class Stock {
 *   constructor(private readonly mcp: McpServer) {}
 *
 *   async sold(article: string): Promise<void> {
 *     await this.mcp.resourceUpdated(`stock://${article}`);
 *   }
 * }
 * ```
 *
 * @publicApi
 */
export class McpServer {
  static {
    knownAcrossCopies(this, 'McpServer');
  }

  readonly #runtime: McpRuntime;
  readonly #entries: EntryFactory;
  readonly #host: Omit<HandlerHost, 'callback'>;

  /** @internal */
  constructor(runtime: McpRuntime, entries: EntryFactory, host: Omit<HandlerHost, 'callback'>) {
    this.#runtime = runtime;
    this.#entries = entries;
    this.#host = host;
  }

  /**
   * Sends a log message to every legacy session that wants its level, and stores it for those without an open stream.
   *
   * @returns the number of sessions
   * @throws {BackendUnavailableError} if Redis cannot be reached, or too many messages are waiting for it
   */
  broadcast(message: McpLogMessage): Promise<number> {
    return this.#runtime.announcer.broadcast(message);
  }

  /**
   * Sends a log message to one legacy session, on whichever instance its stream is open.
   *
   * @param sessionId `ctx.session.id` of a call in that session
   * @returns `delivered`, `stored`, `filtered` or `unknown`; see {@link DeliveryOutcome}
   * @throws {BackendUnavailableError} if Redis cannot be reached, or too many messages are waiting for it
   * @example
   * ```ts
   * const outcome = await mcp.sendToSession(sessionId, { level: 'notice', data: 'The report is ready.' });
   * if (outcome === 'unknown') await this.mailTheReport();
   * ```
   */
  sendToSession(sessionId: string, message: McpLogMessage): Promise<DeliveryOutcome> {
    return this.#runtime.announcer.toSession(sessionId, message);
  }

  /**
   * Sends a log message to all legacy sessions of a principal.
   *
   * @returns the best outcome among them; `unknown` if the principal has no session
   * @throws {BackendUnavailableError} if Redis cannot be reached, or too many messages are waiting for it
   */
  sendToPrincipal(principal: Principal, message: McpLogMessage): Promise<DeliveryOutcome> {
    return this.#runtime.announcer.toPrincipal(principalId(principal), message);
  }

  /**
   * Notifies the subscribers of a resource, of both eras, that it has changed.
   *
   * @param uri the URI as clients read it, not the template
   * @throws {BackendUnavailableError} if Redis cannot be reached
   */
  resourceUpdated(uri: string): Promise<void> {
    return this.#runtime.announcer.resourceUpdated(uri);
  }

  /**
   * Notifies clients that the list of tools has changed. Registering and removing tools does so by itself. Changes
   * within `changeDebounceMs` are announced once.
   */
  toolsChanged(): void {
    this.#runtime.announcer.listChanged('tools');
  }

  /** Notifies clients that the list of resources has changed; see {@link toolsChanged}. */
  resourcesChanged(): void {
    this.#runtime.announcer.listChanged('resources');
  }

  /** Notifies clients that the list of prompts has changed; see {@link toolsChanged}. */
  promptsChanged(): void {
    this.#runtime.announcer.listChanged('prompts');
  }

  /**
   * Sends a notification of an extension to the legacy sessions whose client declares the extension, and to the modern
   * clients that listen for it. Who may not use the extension does not get it.
   *
   * @param method one of the `notifications` of an `@McpExtension()` of this server
   * @throws {Error} if no extension of this server declares it
   * @throws {BackendUnavailableError} if Redis cannot be reached
   */
  async notify(method: string, params: JsonObject = {}): Promise<void> {
    await this.#runtime.announcer.notify(extensionNotification(this.#runtime.engine.extensions, method, params));
  }

  /**
   * Reads the skills again, from their directories and methods, on all instances, and announces what has changed. It
   * resolves once this instance serves them; the others follow.
   *
   * @throws {McpDeclarationError} if a skill cannot be served; it stays as it was
   * @throws {BackendUnavailableError} if the other instances cannot be told
   */
  reloadSkills(): Promise<void> {
    return this.#runtime.reloadSkills();
  }

  /**
   * Registers a tool on this instance; the other instances of a fleet must register it themselves. It takes the options
   * of `@McpTool()`. Without `input` the tool has no arguments.
   *
   * @param handler called with the validated arguments and the context of the call
   * @throws {DuplicateEntryError} if this instance has a tool of that name
   * @throws {SchemaError} if a schema cannot be compiled
   * @example
   * ```ts
   * await mcp.registerTool(
   *   { name: 'shout', input: z.object({ text: z.string() }) },
   *   ({ text }: { text: string }) => text.toUpperCase(),
   *   { guards: [new SignedInGuard()] },
   * );
   * ```
   */
  async registerTool(
    options: Named<McpToolOptions>,
    handler: McpHandler,
    enhancers?: McpHandlerEnhancers,
  ): Promise<void> {
    this.#add(await this.#entries.tool(runTimePrimitive(this.#host, 'tool', options, handler, enhancers), options));
  }

  /**
   * Registers a resource or a resource template on this instance. It takes the options of `@McpResource()`.
   *
   * @param handler called with the variables of the template and the context of the call
   * @throws {DuplicateEntryError} if this instance has a resource or template of that URI
   * @throws {Error} if the URI or the template is invalid
   */
  async registerResource(
    options: Named<McpResourceOptions>,
    handler: McpHandler,
    enhancers?: McpHandlerEnhancers,
  ): Promise<void> {
    this.#add(
      await this.#entries.resource(runTimePrimitive(this.#host, 'resource', options, handler, enhancers), options),
    );
  }

  /**
   * Registers a page for MCP Apps on this instance. It takes the options of `@McpApp()`; `removeResource()` removes it.
   *
   * @param handler returns HTML as text or bytes
   * @throws {DuplicateEntryError} if this instance has a resource of that URI
   * @throws {Error} if the URI or an origin is invalid
   */
  async registerApp(
    options: Named<McpAppOptions>,
    handler: McpHandler,
    enhancers?: McpHandlerEnhancers,
  ): Promise<void> {
    this.#add(await this.#entries.app(runTimePrimitive(this.#host, 'app', options, handler, enhancers), options));
  }

  /**
   * Registers a prompt on this instance. It takes the options of `@McpPrompt()`. Without `input` the prompt has no
   * arguments.
   *
   * @param handler called with the validated arguments and the context of the call
   * @throws {DuplicateEntryError} if this instance has a prompt of that name
   * @throws {SchemaError} if the schema cannot be compiled
   */
  async registerPrompt(
    options: Named<McpPromptOptions>,
    handler: McpHandler,
    enhancers?: McpHandlerEnhancers,
  ): Promise<void> {
    this.#add(await this.#entries.prompt(runTimePrimitive(this.#host, 'prompt', options, handler, enhancers), options));
  }

  /** Removes a tool from this instance. @returns whether it had one of that name */
  removeTool(name: string): boolean {
    return this.#remove(['tool'], name);
  }

  /**
   * Removes a resource or a template from this instance.
   *
   * @param uri the URI or the template that it was registered with
   * @returns whether this instance had one
   */
  removeResource(uri: string): boolean {
    return this.#remove(['resource', 'template'], uri);
  }

  /** Removes a prompt from this instance. @returns whether it had one of that name */
  removePrompt(name: string): boolean {
    return this.#remove(['prompt'], name);
  }

  /**
   * The state of this instance, for the application's readiness and health routes. It never waits for Redis.
   *
   * @param of also tells what this principal uses here, as `principal`
   * @example
   * ```ts
   * @Get('ready')
   * ready(): McpHealth {
   *   const health = this.mcp.health();
   *   if (!health.ready) throw new ServiceUnavailableException(health);
   *   return health;
   * }
   * ```
   */
  health(of?: Principal): McpHealth {
    return healthOf(this.#runtime, of);
  }

  /**
   * Calls a tool in process, without a client, through the same validation, guards, interceptors and filters. The call
   * declares no client capabilities, so that a tool cannot ask for input. The rules of access apply as well: a call of
   * the application itself needs a `principal` with the scopes and roles of the tool.
   *
   * @param args the arguments as a client would send them. Default: `{}`
   * @returns the tool's result; an error of the tool is a result with `isError`
   * @throws {McpError} if a client would get a JSON-RPC error, for example because no tool has that name
   * @throws the reason of `options.signal`, if that aborts
   * @example
   * ```ts
   * const signal = AbortSignal.timeout(5000);
   * const { content } = await mcp.callTool('forecast', { city: 'Oslo' }, { principal, signal });
   * ```
   */
  callTool(name: string, args: JsonObject = {}, options: CallToolOptions = {}): Promise<CallToolResult> {
    const { engine, backends } = this.#runtime;
    const params = { name, arguments: args };
    return callInProcess(engine.dispatcher, 'tools/call', params, options, backends.principals) as Promise<
      CallToolResult & JsonObject
    >;
  }

  #add(entry: CatalogEntry): void {
    this.#runtime.catalog.add(entry);
  }

  #remove(kinds: readonly CatalogKind[], key: string): boolean {
    return kinds.some((kind) => this.#runtime.catalog.remove(kind, key));
  }
}
