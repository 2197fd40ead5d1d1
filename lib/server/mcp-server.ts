import type { CanActivate, NestInterceptor } from '@nestjs/common';
import { UseGuards, UseInterceptors } from '@nestjs/common';
import type { CatalogEntry, CatalogKind } from '../catalog/entries.js';
import type { McpPromptOptions, McpResourceOptions, McpToolOptions } from '../decorators/metadata.js';
import type { EntryFactory, Primitive } from '../discovery/entry-factory.js';
import type { McpContext } from '../context/mcp-context.js';
import type { HandlerHost } from '../pipeline/handler-pipelines.js';
import type { CallToolResult } from '../protocol/content.js';
import type { JsonObject } from '../protocol/messages.js';
import { principalId, type Principal } from '../session/principal.js';
import type { DeliveryOutcome, McpLogMessage } from './announcer.js';
import { healthOf, type McpHealth } from './health.js';
import { callInProcess, type CallToolOptions } from './call-in-process.js';
import type { McpRuntime } from './mcp-runtime.js';

/** Runs a primitive that was registered at run time. */
export type McpHandler<A = any> = (args: A, ctx: McpContext) => unknown;

/** Enhancers of one run-time primitive, as instances; global ones apply anyway. */
export interface McpHandlerEnhancers {
  readonly guards?: readonly CanActivate[];
  readonly interceptors?: readonly NestInterceptor[];
}

type Named<O> = O & { readonly name: string };

/** The application's handle on its MCP server. Inject it wherever clients have to be told something. */
export class McpServer {
  readonly #runtime: McpRuntime;
  readonly #entries: EntryFactory;
  readonly #host: Omit<HandlerHost, 'callback'>;

  /** @internal */
  constructor(runtime: McpRuntime, entries: EntryFactory, host: Omit<HandlerHost, 'callback'>) {
    this.#runtime = runtime;
    this.#entries = entries;
    this.#host = host;
  }

  /** Sends a log message to every legacy session, open streams or not. @returns how many sessions it reached */
  broadcast(message: McpLogMessage): Promise<number> {
    return this.#runtime.announcer.broadcast(message);
  }

  /** Sends a log message to one legacy session, wherever its stream is. */
  sendToSession(sessionId: string, message: McpLogMessage): Promise<DeliveryOutcome> {
    return this.#runtime.announcer.toSession(sessionId, message);
  }

  /** Sends a log message to all legacy sessions of a principal. @returns the best that happened in any of them */
  sendToPrincipal(principal: Principal, message: McpLogMessage): Promise<DeliveryOutcome> {
    return this.#runtime.announcer.toPrincipal(principalId(principal), message);
  }

  /** Tells subscribers of both eras that a resource has changed. */
  resourceUpdated(uri: string): Promise<void> {
    return this.#runtime.announcer.resourceUpdated(uri);
  }

  /** Tells clients to list again. Run-time registration does so by itself. */
  toolsChanged(): void {
    this.#runtime.announcer.listChanged('tools');
  }
  resourcesChanged(): void {
    this.#runtime.announcer.listChanged('resources');
  }
  promptsChanged(): void {
    this.#runtime.announcer.listChanged('prompts');
  }

  /**
   * Adds a tool, on this instance. Without `input` it takes no arguments.
   *
   * @throws {DuplicateEntryError} {SchemaError}
   */
  async registerTool(
    options: Named<McpToolOptions>,
    handler: McpHandler,
    enhancers?: McpHandlerEnhancers,
  ): Promise<void> {
    this.#add(await this.#entries.tool(this.#primitive('tool', options, handler, enhancers), options));
  }

  /** Adds a resource or a template, on this instance. @throws {DuplicateEntryError} and for a URI or template that is none */
  async registerResource(
    options: Named<McpResourceOptions>,
    handler: McpHandler,
    enhancers?: McpHandlerEnhancers,
  ): Promise<void> {
    this.#add(await this.#entries.resource(this.#primitive('resource', options, handler, enhancers), options));
  }

  /** Adds a prompt, on this instance. Without `input` it takes no arguments. @throws {DuplicateEntryError} {SchemaError} */
  async registerPrompt(
    options: Named<McpPromptOptions>,
    handler: McpHandler,
    enhancers?: McpHandlerEnhancers,
  ): Promise<void> {
    this.#add(await this.#entries.prompt(this.#primitive('prompt', options, handler, enhancers), options));
  }

  /** @returns whether there was such a tool on this instance */
  removeTool(name: string): boolean {
    return this.#remove(['tool'], name);
  }
  /** @param uri the fixed URI or the template @returns whether there was one on this instance */
  removeResource(uri: string): boolean {
    return this.#remove(['resource', 'template'], uri);
  }
  /** @returns whether there was such a prompt on this instance */
  removePrompt(name: string): boolean {
    return this.#remove(['prompt'], name);
  }

  /** How this instance is: for readiness and health routes of the application. */
  health(): McpHealth {
    return healthOf(this.#runtime);
  }

  /**
   * Calls a tool without a client, through the same validation, guards, interceptors and filters.
   *
   * @throws {McpError} for what a client would get as a JSON-RPC error
   */
  callTool(name: string, args: JsonObject = {}, call: CallToolOptions = {}): Promise<CallToolResult> {
    return callInProcess(this.#runtime.engine.dispatcher, 'tools/call', { name, arguments: args }, call) as Promise<
      CallToolResult & JsonObject
    >;
  }

  #add(entry: CatalogEntry): void {
    this.#runtime.catalog.add(entry);
  }

  #remove(kinds: readonly CatalogKind[], key: string): boolean {
    return kinds.some((kind) => this.#runtime.catalog.remove(kind, key));
  }

  #primitive(
    kind: string,
    { name, input }: { name: string; input?: unknown },
    handler: McpHandler,
    { guards = [], interceptors = [] }: McpHandlerEnhancers = {},
  ): Primitive {
    // A function of its own for each registration: Nest keeps enhancers as metadata of the function.
    const callback = (args: unknown, ctx: unknown): unknown => handler(args, ctx as McpContext);
    const descriptor = { value: callback };
    if (guards.length > 0) UseGuards(...guards)(callback, 'run', descriptor);
    if (interceptors.length > 0) UseInterceptors(...interceptors)(callback, 'run', descriptor);
    const declaredBy = `the ${kind} "${name}" registered at run time`;
    const takesArguments = input !== undefined;
    return {
      host: { ...this.#host, callback },
      defaultName: name,
      declaredBy,
      takesArguments,
      argumentsType: undefined,
    };
  }
}
