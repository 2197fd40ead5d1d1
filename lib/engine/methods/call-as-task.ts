import { invalidParams } from '../../protocol/errors.js';
import { isObject, type JsonObject } from '../../protocol/messages.js';
import type { TaskRunner, TaskTool } from '../../task/task-runner.js';
import { createTaskResult, experimentalTask } from '../../task/task-view.js';
import type { Exchange } from '../../exchange/exchange.js';

/**
 * Serves a tool call whose client accepts a task in place of the result.
 *
 * @param taskParams `params.task` of 2025-11-25; the modern era ignores it
 */
export async function callAsTask(
  runner: TaskRunner,
  tool: TaskTool,
  args: JsonObject,
  exchange: Exchange,
  taskParams: unknown,
): Promise<JsonObject> {
  const legacy = exchange.peer.era === 'legacy';
  const outcome = await runner.call(tool, args, exchange, legacy ? requestedTtl(taskParams) : undefined);
  if ('result' in outcome) return outcome.result;
  return legacy ? { task: experimentalTask(outcome.task) } : createTaskResult(outcome.task);
}

function requestedTtl(taskParams: unknown): number | undefined {
  const ttl = isObject(taskParams) ? taskParams.ttl : undefined;
  if (ttl === undefined || (Number.isSafeInteger(ttl) && (ttl as number) > 0)) return ttl as number | undefined;
  throw invalidParams('"task.ttl" must be a whole number of milliseconds');
}
