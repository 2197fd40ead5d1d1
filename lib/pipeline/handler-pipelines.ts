import { ROUTE_ARGS_METADATA } from '../nest/metadata-keys.js';
import { type ContextId, ContextIdFactory, type ExternalContextCreator, type ModuleRef } from '@nestjs/core';
import { inModule } from '../nest/context-creator.js';
import { Injector, type InstanceWrapper, type Module, REQUEST_CONTEXT_ID, STATIC_CONTEXT } from '../nest/container.js';
import { McpContext } from '../context/mcp-context.js';
import type { GlobalEnhancers } from '../decorators/global-enhancers.js';
import { isView } from '../exchange/request-view.js';
import type { CallResponse } from './call-response.js';
import { chooseEnhancers, type ChosenEnhancers } from './choose-enhancers.js';
import { MCP_CONTEXT_TYPE, type McpExecutionArguments } from './execution-context.js';
import type { HandlerFunction, HandlerPipeline } from './handler-pipeline.js';
import { mcpContextCreator } from './nest-pipeline.js';
import { parametersFactory } from './parameters.js';
import { plainPipeline } from './plain-pipeline.js';

/** A method of a provider or controller that Nest has instantiated, or instantiates for each request. */
export interface HandlerHost {
  readonly wrapper: InstanceWrapper;
  readonly module: Module;
  readonly method: string;
  /** Runs in place of the method. Set for functions that were registered at run time. */
  readonly callback?: HandlerFunction;
  /** Set for a method that is called as the route that it is. */
  readonly route?: RouteHost;
  /** Replaces the option of the server, kind by kind. */
  readonly globalEnhancers?: GlobalEnhancers;
}

/** How the method of a route is called: with a request and a response of its own, as if HTTP had asked for it. */
export interface RouteHost {
  readonly parameters: { exchangeKeyForValue(kind: number, data: unknown, args: McpExecutionArguments): unknown };
  /** @param carrier the request that carries the call */
  request(carrier: object, raw: unknown): object;
  response(): CallResponse;
  /** The result of the call, from what the method or an interceptor returned. */
  result(value: unknown, response: CallResponse): unknown;
  /** The error of the call, for one that the route threw. */
  failure(error: unknown): unknown;
}

/** What `context.getType()` says in a route: its guards must not step aside, as some do for what is not HTTP. */
export const ROUTE_CONTEXT_TYPE = 'http';

const ENHANCERS = { guards: true, interceptors: true, filters: true };

/** Builds the pipelines of handlers: once if all their providers are singletons, otherwise for each call. */
export class HandlerPipelines {
  /**
   * By the choice of enhancers. A creator remembers the parameters of a method, and those of a route are other ones.
   */
  readonly #creators = new WeakMap<GlobalEnhancers, ChosenEnhancers>();
  readonly #routeCreators = new WeakMap<GlobalEnhancers, ChosenEnhancers>();
  readonly #injector = new Injector();

  constructor(
    private readonly creator: ExternalContextCreator,
    private readonly moduleRef: ModuleRef,
    private readonly globalEnhancers: GlobalEnhancers = {},
  ) {}

  /** @returns the pipeline that all calls share, or `undefined` if a part of it is request-scoped */
  shared(host: HandlerHost): HandlerPipeline | undefined {
    const { wrapper } = host;
    // Nest constructs a transient class only where it is injected, so the wrapper's own instance is not constructed.
    if (wrapper.isTransient || !wrapper.isDependencyTreeStatic()) return undefined;
    return this.#create(host, wrapper.instance as object);
  }

  /**
   * Builds a pipeline for one call, with its own instances of request-scoped providers.
   *
   * @param request the request that is their `REQUEST`, for a route; other calls have the context there
   */
  async forCall(host: HandlerHost, ctx: McpContext, request?: object): Promise<HandlerPipeline> {
    const { wrapper, module } = host;
    const contextId = request ? routeContextId(request, ctx) : contextIdOf(ctx);
    const durable = contextId as { payload?: unknown };
    const injected = wrapper.isDependencyTreeDurable() ? durable.payload : (request ?? ctx);
    this.moduleRef.registerRequestByContextId(injected, contextId);
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

  #creatorOf({ route, globalEnhancers: choice = this.globalEnhancers }: HandlerHost): ChosenEnhancers {
    const creators = route ? this.#routeCreators : this.#creators;
    let chosen = creators.get(choice);
    if (!chosen) {
      const { creator, tally } = chooseEnhancers(this.creator, { ...this.globalEnhancers, ...choice });
      chosen = { creator: mcpContextCreator(creator), tally };
      creators.set(choice, chosen);
    }
    return chosen;
  }

  #create(host: HandlerHost, instance: object, contextId = STATIC_CONTEXT): HandlerPipeline {
    const { wrapper, module, method, route } = host;
    const callback = host.callback ?? ((instance as Record<string, unknown>)[method] as HandlerFunction);
    const { creator, tally } = this.#creatorOf(host);
    tally.made = tally.sparing = 0;
    const pipeline = inModule(creator, module.token).create(
      instance as Record<string, unknown>,
      callback,
      method,
      ROUTE_ARGS_METADATA,
      route?.parameters ?? parametersFactory,
      contextId,
      wrapper.id,
      ENHANCERS,
      route ? ROUTE_CONTEXT_TYPE : MCP_CONTEXT_TYPE,
    ) as HandlerPipeline;
    const isPlain = tally.made === 0 && !route;
    return (isPlain && plainPipeline(instance, method, callback, tally.sparing > 0)) || pipeline;
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

/** A route has request-scoped providers of its own, also where the request that carries the call has some. */
function routeContextId(request: object, ctx: McpContext): ContextId {
  const contextId = ContextIdFactory.getByRequest(request);
  for (const one of [request, ctx]) Object.defineProperty(one, REQUEST_CONTEXT_ID, { value: contextId });
  return contextId;
}
