import { type ArgumentsHost, Logger } from '@nestjs/common';
import { McpContext } from '../context/mcp-context.js';
import { CancelledError } from '../exchange/exchange.js';
import { drain } from './drain.js';

/** What is used of Nest's creator of exception filters. */
export interface FiltersCreator {
  create(...args: unknown[]): { invokeCustomFilters(error: unknown, host: ArgumentsHost): unknown };
}

/** A filter wrote an HTTP response where there is none. Its fault is the `cause`, so that both are in the log. */
const HTTP_FILTER =
  'An exception filter failed on an MCP call. Does it write to the HTTP response? Let it rethrow when host.getType() is not "http".';

/**
 * A global filter written for HTTP alone fails on MCP calls, as there is no response to write to. What it was to handle
 * is then still what the client should know.
 */
async function filtered(
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
 * Without the log line of Nest's own handler: what nobody handles is logged once, by the invoker, with the method's name.
 * A filter that returns nothing has not handled anything; of a cancelled call there is nothing to handle.
 */
export const quietFilters = (creator: FiltersCreator) => ({
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
