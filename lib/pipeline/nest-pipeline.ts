import type { ExternalContextCreator } from '@nestjs/core';
import { InputRequired } from '../interaction/input-required.js';
import { drain, emissionsOf, reportingProgress } from './drain.js';
import type { McpExecutionArguments } from './execution-context.js';
import { type FiltersCreator, filtersWithoutLog } from './nest-filters.js';
import { pipingArguments, type PipesConsumer } from './nest-pipes.js';

interface Interceptors {
  intercept(interceptors: readonly unknown[], args: unknown[], ...rest: any[]): Promise<unknown>;
}
interface CreatorParts {
  readonly interceptorsConsumer: Interceptors;
  readonly pipesConsumer: PipesConsumer;
  readonly filtersContextCreator: FiltersCreator;
}

/** Derives a creator of external contexts whose interceptors, pipes and filters work as MCP needs them to. */
export function mcpContextCreator(creator: ExternalContextCreator): ExternalContextCreator {
  const { interceptorsConsumer, pipesConsumer, filtersContextCreator } = creator as unknown as Partial<CreatorParts>;
  if (!interceptorsConsumer || !pipesConsumer || !filtersContextCreator) {
    throw new Error(
      'This version of @nestjs/core is not supported: its ExternalContextCreator has other members. Use ^12.0.0.',
    );
  }
  return Object.assign(Object.create(creator) as ExternalContextCreator, {
    interceptorsConsumer: streaming(interceptorsConsumer),
    pipesConsumer: pipingArguments(pipesConsumer),
    filtersContextCreator: filtersWithoutLog(filtersContextCreator),
  });
}

/** Nest finds the module of a host among providers only, and would leave out the enhancers of a controller's module. */
export const inModule = (creator: ExternalContextCreator, token: string): ExternalContextCreator =>
  Object.assign(Object.create(creator) as ExternalContextCreator, { getHostModuleKey: () => token });

/**
 * Validates the arguments between the interceptors and the pipes, and drains the returned Observable where the
 * exception filters still apply: progress must be reported as it is emitted, and cancellation must unsubscribe.
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
