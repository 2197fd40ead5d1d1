import { type ArgumentsHost, HttpException, Logger } from '@nestjs/common';
import { McpContext } from '../context/mcp-context.js';
import { CancelledError } from '../exchange/exchange.js';
import { isExpected } from '../exchange/failure.js';
import type { FiltersCreator } from '../nest/context-creator.js';
import type { Call } from './call.js';
import { CallResponse } from './call-response.js';
import { drain } from './drain.js';
import { noteReplacement } from './replacement.js';

/** The warning for a filter that needs more of an HTTP response than a call has. */
const HTTP_FILTER =
  'An exception filter failed on an MCP call. Does it write to the HTTP response? ' +
  'Let it rethrow the exception when host.getType() is not "http".';

/**
 * Runs the filters. A global filter that was written for HTTP alone may fail on MCP calls, for example where it pipes a
 * stream into the response. The client then gets the error that the filter should have handled, and the log gets the filter's own.
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
 * A filter that returns nothing has not handled the error (Nest 11 says `null` where there is no filter), and the error
 * of a cancelled call is not handled at all.
 */
export const filtersWithoutLog = (creator: FiltersCreator) => ({
  create(...args: unknown[]) {
    const handler = creator.create(...args);
    return {
      async next(error: unknown, host: ArgumentsHost): Promise<unknown> {
        const { ctx } = host.getArgByIndex<Call>(2);
        if (error instanceof CancelledError || McpContext.exchangeOf(ctx).cancelled) throw error;
        const result = await drain(await applyFilters(handler, error, host), ctx);
        if (result !== undefined && result !== null && !(result instanceof CallResponse)) {
          const name = host.getArgByIndex<Call>(2).filteredBy ?? '';
          noteReplacement(McpContext.exchangeOf(ctx), { kind: 'filter', name, value: result });
          return result;
        }
        throw answered(error, host.getArgByIndex<CallResponse>(1));
      },
    };
  },
});

/**
 * What a filter for HTTP answered in place of an error that clients may not see, such as 409 for that of a database.
 * Where the error itself is an answer, or the filter answers 500 as for any error, the error is kept.
 */
function answered(error: unknown, response: CallResponse): unknown {
  const answer = CallResponse.answerOf(response);
  if (!answer || isExpected(error)) return error;
  const { status, body } = answer;
  const hasReason = typeof body === 'string' || (isObject(body) && body.message !== undefined);
  return hasReason && status >= 400 && status < 500 ? new HttpException(body, status) : error;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
