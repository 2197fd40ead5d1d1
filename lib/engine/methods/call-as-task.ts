import { invalidParams } from '../../protocol/errors.js';
import { isObject, type JsonObject } from '../../protocol/messages.js';
import type { TaskRunner, TaskTool } from '../../task/task-runner.js';
import { createTaskResult, experimentalTask } from '../../task/task-view.js';
import type { Exchange } from '../../exchange/exchange.js';

/**
 * Serves a tool call of a client that takes a task for an answer.
 *
 * @param asked `params.task` of 2025-11-25; nothing to the modern era
 */
export async function callAsTask(
  runner: TaskRunner,
  tool: TaskTool,
  given: JsonObject,
  exchange: Exchange,
  asked: unknown,
): Promise<JsonObject> {
  const legacy = exchange.peer.era === 'legacy';
  const outcome = await runner.call(tool, given, exchange, legacy ? wantedTtl(asked) : undefined);
  if ('result' in outcome) return outcome.result;
  return legacy ? { task: experimentalTask(outcome.task) } : createTaskResult(outcome.task);
}

function wantedTtl(asked: unknown): number | undefined {
  const ttl = isObject(asked) ? asked.ttl : undefined;
  if (ttl === undefined || (Number.isSafeInteger(ttl) && (ttl as number) > 0)) return ttl as number | undefined;
  throw invalidParams('"task.ttl" must be a whole number of milliseconds');
}
