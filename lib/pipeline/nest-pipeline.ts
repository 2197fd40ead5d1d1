import type { ExternalContextCreator } from '@nestjs/core';
import { InputRequired } from '../interaction/input-required.js';
import { drain, emissionsOf, reportingProgress } from './drain.js';
import type { McpExecutionArguments } from './execution-context.js';
import { type FiltersCreator, quietFilters } from './nest-filters.js';
import { pipingArguments, type PipesConsumer } from './nest-pipes.js';

interface Interceptors {
  intercept(interceptors: readonly unknown[], args: unknown[], ...rest: any[]): Promise<unknown>;
}
interface Parts {
  readonly interceptorsConsumer: Interceptors;
  readonly pipesConsumer: PipesConsumer;
  readonly filtersContextCreator: FiltersCreator;
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
    filtersContextCreator: quietFilters(filtersContextCreator),
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
      call.inputRequired = returned instanceof InputRequired ? returned : undefined;
      const result = emissionsOf(returned);
      return interceptors.length === 0 ? result : reportingProgress(result, ctx);
    };
    return drain(await consumer.intercept(interceptors, args, instance, callback, run, type), ctx);
  },
});
