import type { Logger } from '@nestjs/common';
import type { Catalog } from '../../catalog/catalog.js';
import type { ToolEntry } from '../../catalog/entries.js';
import { text, type CallToolResult } from '../../protocol/content.js';
import type { Interactions } from '../../interaction/interactions.js';
import type { CacheHint } from '../../protocol/definitions.js';
import { projectToolResult } from '../../protocol/down-projection.js';
import { invalidParams, MissingClientCapabilityError } from '../../protocol/errors.js';
import { isObject, type JsonObject } from '../../protocol/messages.js';
import type { Asking, TaskTool } from '../../task/task-runner.js';
import { becomesTask } from '../../task/task-support.js';
import type { Tasks } from '../../task/tasks.js';
import { ResultMembers } from '../response-writer.js';
import type { Capabilities } from '../capabilities.js';
import type { Exchange } from '../../exchange/exchange.js';
import { reportUnexpected, toolFailure } from '../../exchange/failure.js';
import { callPrimitive } from '../call-primitive.js';
import { BOTH_ERAS, type Method } from '../method.js';
import { toolResult } from '../results/tool-result.js';
import { cacheMembers } from './cacheable.js';
import { callAsTask } from './call-as-task.js';
import { checkParamHeaders } from './param-header-check.js';

export const listTools = (catalog: Catalog, capabilities: Capabilities, cache: CacheHint): Method => ({
  name: 'tools/list',
  eras: BOTH_ERAS,
  available: capabilities.tools,
  run: ({ cursor }, { peer }) =>
    new ResultMembers(catalog.toolList.page(peer.revision, cursor) + cacheMembers(peer.era, cache)),
});

export const callTool = (
  catalog: Catalog,
  capabilities: Capabilities,
  interactions: Interactions,
  tasks: Tasks,
  logger: Logger,
): Method => ({
  name: 'tools/call',
  eras: BOTH_ERAS,
  available: capabilities.tools,
  async run({ name, arguments: sent, task: asked }, exchange) {
    // Clients of several frameworks send `null` for no arguments.
    const given = sent ?? {};
    if (typeof name !== 'string') throw invalidParams('tools/call needs a string "name"');
    if (!isObject(given)) throw invalidParams('"arguments" must be an object');
    const tool = catalog.tools.get(name);
    if (!tool) throw invalidParams(`Unknown tool: ${name}`);
    checkParamHeaders(tool.paramHeaders, given, exchange.peer);
    if (!becomesTask(tool.task, exchange.peer, asked !== undefined && capabilities.tasks() ? asked : undefined)) {
      return runTool(tool, given, exchange, interactions, logger);
    }
    return callAsTask(tasks.runner, taskTool(tool, logger), given, exchange, asked);
  },
});

/** A tool, for the runner of tasks. */
export const taskTool = (tool: ToolEntry, logger: Logger): TaskTool => ({
  key: tool.key,
  task: tool.task,
  work: (given, exchange, asking) => runTool(tool, given, exchange, asking, logger),
});

/** @returns the result as the client's revision knows it, or what asks the client for input */
async function runTool(
  tool: ToolEntry,
  given: JsonObject,
  exchange: Exchange,
  interactions: Asking,
  logger: Logger,
): Promise<JsonObject> {
  const { revision } = exchange.peer;
  const project = (result: CallToolResult) =>
    projectToolResult(result, revision, tool.definition.outputSchema) as unknown as JsonObject;
  try {
    const invocation = { invoke: tool.invoke, name: tool.key, subject: tool.key, given };
    const outcome = await callPrimitive(invocation, exchange, interactions);
    return 'inputRequired' in outcome ? outcome.inputRequired : project(await toolResult(outcome.value, tool.output));
  } catch (error) {
    // What the method threw is masked and logged by now; left are faults in what it returned, or asked.
    reportUnexpected(error, logger, tool.declaredBy);
    // Legacy clients have no error code for it: the model is told (J-4).
    if (exchange.peer.era === 'legacy' && error instanceof MissingClientCapabilityError) {
      return project({ content: [text(error.message)], isError: true });
    }
    return project(toolFailure(error));
  }
}
