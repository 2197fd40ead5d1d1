import { ExternalContextCreator, ModuleRef, ContextIdFactory } from '@nestjs/core';
import { Injector, STATIC_CONTEXT, type InstanceWrapper, type Module } from '@nestjs/core/internal';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/internal';
import { McpContext } from '../engine/mcp-context.js';
import type { CompiledSchema } from '../schema/index.js';
import { Call } from './call.js';
import { drain } from './drain.js';
import { MCP_CONTEXT_TYPE, NO_HTTP_REQUEST, type McpExecutionArguments } from './execution-context.js';
import { parametersFactory } from './parameters.js';

/** Calls a primitive's method through guards, interceptors, pipes and filters. */
export type Invoke = (ctx: McpContext, raw: unknown) => Promise<unknown>;

type Method = (...args: unknown[]) => unknown;
type Pipeline = (...args: McpExecutionArguments) => Promise<unknown>;

/** A method of a provider or controller that Nest has instantiated, or can per request. */
export interface MethodHost {
  readonly wrapper: InstanceWrapper;
  readonly module: Module;
  readonly method: string;
  /** Whether some parameter of the method takes arguments. */
  readonly readsArguments: boolean;
  /** Runs instead of the method itself; for primitives that are functions registered at run time. */
  readonly callback?: Method;
}

const ENHANCERS = { guards: true, interceptors: true, filters: true };

/** Builds `Invoke`s. The static ones are compiled once; hosts with request-scoped parts get theirs per call. */
export class Invoker {
  readonly #creator: ExternalContextCreator;
  readonly #injector = new Injector();

  constructor(
    creator: ExternalContextCreator,
    private readonly moduleRef: ModuleRef,
  ) {
    this.#creator = streaming(creator);
  }

  compile(host: MethodHost, schema: CompiledSchema | undefined): Invoke {
    const validatesEarly = schema !== undefined && !host.readsArguments;
    const pipelineOf = host.wrapper.isDependencyTreeStatic() ? this.#staticPipeline(host) : undefined;
    return async (ctx, raw) => {
      const call = new Call(ctx, raw, schema);
      // A method that takes no arguments has no parameter that would validate them.
      if (validatesEarly) await call.arguments();
      const pipeline = pipelineOf ?? (await this.#scopedPipeline(host, ctx));
      return pipeline(ctx.http ?? NO_HTTP_REQUEST, ctx, call);
    };
  }

  #staticPipeline(host: MethodHost): Pipeline {
    return this.#create(host, host.wrapper.instance as object);
  }

  async #scopedPipeline(host: MethodHost, ctx: McpContext): Promise<Pipeline> {
    const { wrapper, module } = host;
    const contextId = ContextIdFactory.getByRequest(ctx);
    this.moduleRef.registerRequestByContextId(ctx, contextId);
    const collection = module.controllers.has(wrapper.token as never) ? module.controllers : module.providers;
    const instance = await this.#injector.loadPerContext(
      wrapper.instance as object,
      module,
      collection,
      contextId,
      wrapper,
    );
    return this.#create(host, instance as object, contextId, wrapper.id);
  }

  #create(host: MethodHost, instance: object, contextId = STATIC_CONTEXT, inquirerId?: string): Pipeline {
    return this.#creator.create(
      instance as Record<string, unknown>,
      host.callback ?? ((instance as Record<string, unknown>)[host.method] as Method),
      host.method,
      ROUTE_ARGS_METADATA,
      parametersFactory,
      contextId,
      inquirerId,
      ENHANCERS,
      MCP_CONTEXT_TYPE,
    ) as Pipeline;
  }
}

interface Interceptors {
  intercept(interceptors: unknown, args: unknown[], ...rest: unknown[]): Promise<unknown>;
}

/**
 * Nest's own creator reduces an Observable to its last value. Progress has to be seen on the way, and cancellation has
 * to unsubscribe, inside the reach of the exception filters: so the result is drained right after the interceptors.
 */
function streaming(creator: ExternalContextCreator): ExternalContextCreator {
  const derived = Object.create(creator) as ExternalContextCreator;
  const consumer = (creator as unknown as { interceptorsConsumer?: Interceptors }).interceptorsConsumer;
  if (!consumer) throw new Error('This version of @nestjs/core has no interceptorsConsumer; use ^12.0.0.');
  const draining: Interceptors = {
    async intercept(interceptors, args, ...rest) {
      const result = await consumer.intercept(interceptors, args, ...rest);
      return drain(result, args[1] as McpContext);
    },
  };
  Object.defineProperty(derived, 'interceptorsConsumer', { value: draining });
  return derived;
}
