import { ROUTE_ARGS_METADATA } from '../nest/metadata-keys.js';
import { type ContextId, ContextIdFactory, type ExternalContextCreator, type ModuleRef } from '@nestjs/core';
import { inModule } from '../nest/context-creator.js';
import { Injector, type InstanceWrapper, type Module, REQUEST_CONTEXT_ID, STATIC_CONTEXT } from '../nest/container.js';
import { McpContext } from '../context/mcp-context.js';
import type { GlobalEnhancers } from '../decorators/global-enhancers.js';
import { isView } from '../exchange/request-view.js';
import { chooseEnhancers } from './choose-enhancers.js';
import { MCP_CONTEXT_TYPE, type McpExecutionArguments } from './execution-context.js';
import { mcpContextCreator } from './nest-pipeline.js';
import { parametersFactory } from './parameters.js';

type HandlerFunction = (...args: unknown[]) => unknown;

/** A method of a provider or controller that Nest has instantiated, or instantiates for each request. */
export interface HandlerHost {
  readonly wrapper: InstanceWrapper;
  readonly module: Module;
  readonly method: string;
  /** Runs in place of the method. Set for functions that were registered at run time. */
  readonly callback?: HandlerFunction;
  /** Replaces the option of the server, kind by kind. */
  readonly globalEnhancers?: GlobalEnhancers;
}

/** A method with its guards, interceptors, pipes and filters around it. */
export type HandlerPipeline = (...args: McpExecutionArguments) => Promise<unknown>;

const ENHANCERS = { guards: true, interceptors: true, filters: true };

/** Builds the pipelines of handlers: once if all their providers are singletons, otherwise for each call. */
export class HandlerPipelines {
  /** One for all methods without a choice of their own. */
  readonly #common: ExternalContextCreator;
  readonly #chosen = new WeakMap<GlobalEnhancers, ExternalContextCreator>();
  readonly #injector = new Injector();

  constructor(
    private readonly creator: ExternalContextCreator,
    private readonly moduleRef: ModuleRef,
    private readonly globalEnhancers: GlobalEnhancers = {},
  ) {
    this.#common = mcpContextCreator(chooseEnhancers(creator, globalEnhancers));
  }

  /** @returns the pipeline that all calls share, or `undefined` if a part of it is request-scoped */
  shared(host: HandlerHost): HandlerPipeline | undefined {
    const { wrapper } = host;
    // Nest constructs a transient class only where it is injected, so the wrapper's own instance is not constructed.
    if (wrapper.isTransient || !wrapper.isDependencyTreeStatic()) return undefined;
    return this.#create(host, wrapper.instance as object);
  }

  /** Builds a pipeline for one call, with its own instances of request-scoped providers. */
  async forCall(host: HandlerHost, ctx: McpContext): Promise<HandlerPipeline> {
    const { wrapper, module } = host;
    const contextId = contextIdOf(ctx);
    const durable = contextId as { payload?: unknown };
    this.moduleRef.registerRequestByContextId(wrapper.isDependencyTreeDurable() ? durable.payload : ctx, contextId);
    const collection =
      module.controllers.get(wrapper.token as never) === wrapper ? module.controllers : module.providers;
    const instance = await this.#injector.loadPerContext(
      wrapper.instance as object,
      module,
      collection,
      contextId,
      wrapper,
    );
    return this.#create(host, instance as object, contextId);
  }

  #creatorOf(choice: GlobalEnhancers | undefined): ExternalContextCreator {
    if (!choice) return this.#common;
    let creator = this.#chosen.get(choice);
    if (!creator) {
      creator = mcpContextCreator(chooseEnhancers(this.creator, { ...this.globalEnhancers, ...choice }));
      this.#chosen.set(choice, creator);
    }
    return creator;
  }

  #create(
    { wrapper, module, method, callback, globalEnhancers }: HandlerHost,
    instance: object,
    contextId = STATIC_CONTEXT,
  ): HandlerPipeline {
    return inModule(this.#creatorOf(globalEnhancers), module.token).create(
      instance as Record<string, unknown>,
      callback ?? ((instance as Record<string, unknown>)[method] as HandlerFunction),
      method,
      ROUTE_ARGS_METADATA,
      parametersFactory,
      contextId,
      wrapper.id,
      ENHANCERS,
      MCP_CONTEXT_TYPE,
    ) as HandlerPipeline;
  }
}

/**
 * The id under which the request-scoped providers of a call are found, by the context and by the request that guards
 * see: `ContextIdFactory.getByRequest()` finds them in either, as it does on a route. An id that Nest gave to the
 * request already, for a guard of the route or for middleware, is kept. Calls that share a request have their own.
 */
function contextIdOf(ctx: McpContext): ContextId {
  const { request } = McpContext.exchangeOf(ctx).peer;
  const contextId = ContextIdFactory.getByRequest(isView(request) ? ctx : request);
  Object.defineProperty(ctx, REQUEST_CONTEXT_ID, { value: contextId });
  // Nest's own is neither writable nor configurable.
  if (!Object.hasOwn(request, REQUEST_CONTEXT_ID)) {
    Object.defineProperty(request, REQUEST_CONTEXT_ID, { value: contextId });
  }
  return contextId;
}
