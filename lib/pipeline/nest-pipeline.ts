import { Logger, ValidationPipe, type ArgumentsHost } from '@nestjs/common';
import type { ExternalContextCreator } from '@nestjs/core';
import { ParameterKind } from '../decorators/parameter.decorators.js';
import { CancelledError } from '../exchange/exchange.js';
import { McpContext } from '../context/mcp-context.js';
import { drain, emissionsOf, reportingProgress } from './drain.js';
import type { McpExecutionArguments } from './execution-context.js';

interface Interceptors {
  intercept(interceptors: readonly unknown[], args: unknown[], ...rest: any[]): Promise<unknown>;
}
interface Pipes {
  apply(
    value: unknown,
    metadata: { type: number | string; metatype?: unknown },
    pipes: readonly unknown[],
  ): Promise<unknown>;
}
interface Filters {
  create(...args: unknown[]): { invokeCustomFilters(error: unknown, host: ArgumentsHost): unknown };
}
interface Parts {
  readonly interceptorsConsumer: Interceptors;
  readonly pipesConsumer: Pipes;
  readonly filtersContextCreator: Filters;
}

/** Nest's creator of calls from outside its router, with parts exchanged for what MCP needs. */
export function mcpContextCreator(creator: ExternalContextCreator): ExternalContextCreator {
  const { interceptorsConsumer, pipesConsumer, filtersContextCreator } = creator as unknown as Partial<Parts>;
  if (!interceptorsConsumer || !pipesConsumer || !filtersContextCreator) {
    throw new Error('This version of @nestjs/core builds its calls differently; use ^12.0.0.');
  }
  return Object.assign(Object.create(creator) as ExternalContextCreator, {
    interceptorsConsumer: streaming(interceptorsConsumer),
    pipesConsumer: pipingArguments(pipesConsumer),
    filtersContextCreator: quiet(filtersContextCreator),
  });
}

/** Nest looks for the module of a host among providers only, and leaves out the enhancers of any other: of controllers. */
export const inModule = (creator: ExternalContextCreator, token: string): ExternalContextCreator =>
  Object.assign(Object.create(creator) as ExternalContextCreator, { getHostModuleKey: () => token });

/**
 * Validation comes after guards and interceptors and before pipes, and what the method returns is drained inside the
 * reach of the exception filters: progress has to be seen on the way, and cancellation has to unsubscribe.
 */
const streaming = (consumer: Interceptors): Interceptors => ({
  async intercept(interceptors, args, instance, callback, next: () => Promise<unknown>, type) {
    const [, ctx, call] = args as McpExecutionArguments;
    const run = async (): Promise<unknown> => {
      const validating = call.validate();
      if (validating) await validating;
      const returned = await next();
      McpContext.noteReturned(ctx, returned);
      const result = emissionsOf(returned);
      return interceptors.length === 0 ? result : reportingProgress(result, ctx);
    };
    return drain(await consumer.intercept(interceptors, args, instance, callback, run, type), ctx);
  },
});

/** As in Nest's router: pipes see what the client sent and what custom decorators made, never the context or headers. */
const pipingArguments = (consumer: Pipes): Pipes => ({
  async apply(value, metadata, pipes) {
    if (typeof metadata.type === 'string') return consumer.apply(value, metadata, pipes);
    if (!PIPED.includes(metadata.type)) return value;
    const isInstance = typeof metadata.metatype === 'function' && value instanceof metadata.metatype;
    return consumer.apply(value, metadata, isInstance ? pipes.filter(isNoValidationPipe) : pipes);
  },
});

const PIPED: readonly number[] = [ParameterKind.Arguments, ParameterKind.Query, ParameterKind.Param];

/**
 * A valid instance of the parameter's class would be checked again, its `@Transform`s would apply twice, and without
 * `transform: true` it would become a plain object. A subclass with a way of its own is left alone.
 */
const isNoValidationPipe = (pipe: unknown): boolean =>
  !(pipe instanceof ValidationPipe && pipe.transform === ValidationPipe.prototype.transform);

/** A filter wrote an HTTP response where there is none. Its fault is the `cause`, so that both are in the log. */
const HTTP_FILTER =
  'An exception filter failed on an MCP call. Does it write to the HTTP response? Let it rethrow when host.getType() is not "http".';

/**
 * A global filter written for HTTP alone fails on MCP calls, as there is no response to write to. What it was to handle
 * is then still what the client should know.
 */
async function filtered(handler: ReturnType<Filters['create']>, error: unknown, host: ArgumentsHost): Promise<unknown> {
  try {
    return await handler.invokeCustomFilters(error, host);
  } catch (failure) {
    if (failure instanceof TypeError && failure !== error) {
      logger.warn(`${HTTP_FILTER} (${failure.message})`);
      throw error;
    }
    throw failure;
  }
}

const logger = new Logger('McpFilters');

/**
 * Without the log line of Nest's own handler: what nobody handles is logged once, by the invoker, with the method's name.
 * A filter that returns nothing has not handled anything; of a cancelled call there is nothing to handle.
 */
const quiet = (creator: Filters) => ({
  create(...args: unknown[]) {
    const handler = creator.create(...args);
    return {
      async next(error: unknown, host: ArgumentsHost): Promise<unknown> {
        const ctx = host.getArgByIndex<McpContext>(1);
        if (error instanceof CancelledError || McpContext.exchangeOf(ctx).cancelled) throw error;
        const result = await drain(await filtered(handler, error, host), ctx);
        if (result === undefined) throw error;
        return result;
      },
    };
  },
});
