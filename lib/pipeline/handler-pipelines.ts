import { ROUTE_ARGS_METADATA } from '../nest/metadata-keys.js';
import { ContextIdFactory, type ExternalContextCreator, type ModuleRef } from '@nestjs/core';
import { inModule } from '../nest/context-creator.js';
import { Injector, type InstanceWrapper, type Module, REQUEST_CONTEXT_ID, STATIC_CONTEXT } from '../nest/container.js';
import type { McpContext } from '../context/mcp-context.js';
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
}

/** A method with its guards, interceptors, pipes and filters around it. */
export type HandlerPipeline = (...args: McpExecutionArguments) => Promise<unknown>;

const ENHANCERS = { guards: true, interceptors: true, filters: true };

/** Builds the pipelines of handlers: once if all their providers are singletons, otherwise for each call. */
export class HandlerPipelines {
  readonly #creator: ExternalContextCreator;
  readonly #injector = new Injector();

  constructor(
    creator: ExternalContextCreator,
    private readonly moduleRef: ModuleRef,
  ) {
    this.#creator = mcpContextCreator(creator);
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
    const contextId = ContextIdFactory.getByRequest(ctx);
    // So that `ContextIdFactory.getByRequest(ctx)` in the application's code finds the providers of this call.
    Object.defineProperty(ctx, REQUEST_CONTEXT_ID, { value: contextId });
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

  #create(
    { wrapper, module, method, callback }: HandlerHost,
    instance: object,
    contextId = STATIC_CONTEXT,
  ): HandlerPipeline {
    return inModule(this.#creator, module.token).create(
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
