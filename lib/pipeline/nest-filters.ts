import { type ArgumentsHost, Logger } from '@nestjs/common';
import { McpContext } from '../context/mcp-context.js';
import { CancelledError } from '../exchange/exchange.js';
import type { FiltersCreator } from '../nest/context-creator.js';
import { drain } from './drain.js';

/** The warning for a filter that fails because there is no HTTP response to write to. */
const HTTP_FILTER =
  'An exception filter failed on an MCP call. Does it write to the HTTP response? ' +
  'Let it rethrow the exception when host.getType() is not "http".';

/**
 * Runs the filters. A global filter that was written for HTTP alone fails on MCP calls, where there is no response to
 * write to. The client then gets the error that the filter should have handled, and the log gets the filter's own.
 */
async function applyFilters(
  handler: ReturnType<FiltersCreator['create']>,
  error: unknown,
  host: ArgumentsHost,
): Promise<unknown> {
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
 * Leaves out Nest's own handler, which logs: an unhandled error is logged once, by the invoker, with the method's name.
 * A filter that returns nothing has not handled the error (Nest 11 says `null` where there is no filter), and the error of a cancelled call is not handled at all.
 */
export const filtersWithoutLog = (creator: FiltersCreator) => ({
  create(...args: unknown[]) {
    const handler = creator.create(...args);
    return {
      async next(error: unknown, host: ArgumentsHost): Promise<unknown> {
        const ctx = host.getArgByIndex<McpContext>(1);
        if (error instanceof CancelledError || McpContext.exchangeOf(ctx).cancelled) throw error;
        const result = await drain(await applyFilters(handler, error, host), ctx);
        if (result === undefined || result === null) throw error;
        return result;
      },
    };
  },
});
