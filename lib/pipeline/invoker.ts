import type { Logger } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/internal';
import { ContextIdFactory, ModuleRef, type ExternalContextCreator } from '@nestjs/core';
import { Injector, REQUEST_CONTEXT_ID, STATIC_CONTEXT, type InstanceWrapper, type Module } from '@nestjs/core/internal';
import { CancelledError, type Exchange } from '../exchange/exchange.js';
import { maskUnexpected } from '../exchange/failure.js';
import { McpContext } from '../context/mcp-context.js';
import type { CompiledSchema } from '../schema/index.js';
import { Call } from './call.js';
import { MCP_CONTEXT_TYPE, NO_HTTP_REQUEST, type McpExecutionArguments } from './execution-context.js';
import { inModule, mcpContextCreator } from './nest-pipeline.js';
import { parametersFactory } from './parameters.js';

/** Calls a primitive's method through guards, interceptors, pipes and filters. */
export type Invoke = (ctx: McpContext, raw: unknown) => Promise<unknown>;

type HandlerFunction = (...args: unknown[]) => unknown;
type Pipeline = (...args: McpExecutionArguments) => Promise<unknown>;

/** A method of a provider or controller that Nest has instantiated, or can per request. */
export interface HandlerHost {
  readonly wrapper: InstanceWrapper;
  readonly module: Module;
  readonly method: string;
  /** Runs instead of the method itself; for primitives that are functions registered at run time. */
  readonly callback?: HandlerFunction;
}

const ENHANCERS = { guards: true, interceptors: true, filters: true };

/** Builds `Invoke`s. The static ones are compiled once; hosts with request-scoped parts get theirs per call. */
export class Invoker {
  readonly #creator: ExternalContextCreator;
  readonly #injector = new Injector();

  constructor(
    creator: ExternalContextCreator,
    private readonly moduleRef: ModuleRef,
    private readonly logger: Logger,
  ) {
    this.#creator = mcpContextCreator(creator);
  }

  /** @param where names the method in the log */
  compile(host: HandlerHost, schema: CompiledSchema | undefined, where: string): Invoke {
    // A function may be registered before the application's global enhancers are known: its pipeline waits for a call.
    let pipeline = host.callback ? undefined : this.#staticPipeline(host);
    const run = async (ctx: McpContext, raw: unknown): Promise<unknown> => {
      const made = (pipeline ??= this.#staticPipeline(host)) ?? (await this.#scopedPipeline(host, ctx));
      const call = new Call(ctx, raw, schema);
      const result = await made(ctx.http ?? NO_HTTP_REQUEST, ctx, call);
      return call.inputRequired ?? result;
    };
    return async (ctx, raw) => {
      try {
        return await untilCancelled(McpContext.exchangeOf(ctx), run(ctx, raw));
      } catch (error) {
        throw maskUnexpected(error, this.logger, where);
      }
    };
  }

  #staticPipeline(host: HandlerHost): Pipeline | undefined {
    const { wrapper } = host;
    // Nest constructs a transient class only for somebody who injects it.
    if (wrapper.isTransient || !wrapper.isDependencyTreeStatic()) return undefined;
    return this.#create(host, wrapper.instance as object);
  }

  async #scopedPipeline(host: HandlerHost, ctx: McpContext): Promise<Pipeline> {
    const { wrapper, module } = host;
    const contextId = ContextIdFactory.getByRequest(ctx);
    // So that `ContextIdFactory.getByRequest(ctx)` of the application means this call too.
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

  #create({ wrapper, module, method, callback }: HandlerHost, instance: object, contextId = STATIC_CONTEXT): Pipeline {
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
    ) as Pipeline;
  }
}

/** A method that does not look at its signal must hold up neither the client nor a shutdown: what it still does is ignored. */
const untilCancelled = (exchange: Exchange, work: Promise<unknown>): Promise<unknown> =>
  new Promise((resolve, reject) => {
    exchange.onCancel((reason) => reject(new CancelledError(reason)));
    work.then(resolve, reject);
  });
