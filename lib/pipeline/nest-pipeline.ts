import type { ExternalContextCreator } from '@nestjs/core';
import { InputRequired } from '../interaction/input-required.js';
import { deriveCreator, type InterceptorsConsumer } from '../nest/context-creator.js';
import { drain, emissionsOf, reportingProgress } from './drain.js';
import type { McpExecutionArguments } from './execution-context.js';
import { filtersWithoutLog } from './nest-filters.js';
import { pipingArguments } from './nest-pipes.js';

/** Derives a creator of external contexts whose interceptors, pipes and filters work as MCP needs them to. */
export const mcpContextCreator = (creator: ExternalContextCreator): ExternalContextCreator =>
  deriveCreator(creator, ({ interceptorsConsumer, pipesConsumer, filtersContextCreator }) => ({
    interceptorsConsumer: streaming(interceptorsConsumer),
    pipesConsumer: pipingArguments(pipesConsumer),
    filtersContextCreator: filtersWithoutLog(filtersContextCreator),
  }));

/**
 * Validates the arguments between the interceptors and the pipes, and drains the returned Observable where the
 * exception filters still apply: progress must be reported as it is emitted, and cancellation must unsubscribe.
 */
const streaming = (consumer: InterceptorsConsumer): InterceptorsConsumer => ({
  async intercept(interceptors, args, instance, callback, next: () => Promise<unknown>, type) {
    const [, , call] = args as McpExecutionArguments;
    const { ctx } = call;
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
