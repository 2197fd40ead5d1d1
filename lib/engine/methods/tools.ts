import type { Logger } from '@nestjs/common';
import type { AccessControl } from '../../access/access-control.js';
import type { Catalog } from '../../catalog/catalog.js';
import type { ToolEntry } from '../../catalog/entries.js';
import { text, type CallToolResult } from '../../protocol/content.js';
import type { Interactions } from '../../interaction/interactions.js';
import { projectToolResult } from '../../protocol/down-projection.js';
import { invalidParams, type McpError, MissingClientCapabilityError } from '../../protocol/errors.js';
import { isObject, type JsonObject } from '../../protocol/messages.js';
import type { Asking, TaskTool } from '../../task/task-runner.js';
import { becomesTask } from '../../task/task-support.js';
import type { Tasks } from '../../task/tasks.js';
import type { Capabilities } from '../capabilities.js';
import type { Exchange } from '../../exchange/exchange.js';
import { reportUnexpected, toolFailure } from '../../exchange/failure.js';
import { callPrimitive } from '../call-primitive.js';
import { BOTH_ERAS, type Method } from '../method.js';
import { withAdvice } from '../results/invalid-output.js';
import { toolResult } from '../results/tool-result.js';
import { callAsTask } from './call-as-task.js';
import { checkParamHeaders } from './param-header-check.js';

/** `tools/call`: runs a tool, as a task if the tool and its client want that. */
export const callTool = (
  catalog: Catalog,
  capabilities: Capabilities,
  interactions: Interactions,
  tasks: Tasks,
  access: AccessControl,
  logger: Logger,
): Method => ({
  name: 'tools/call',
  eras: BOTH_ERAS,
  available: capabilities.tools,
  async run({ name, arguments: sent, task: taskParams }, exchange) {
    // Clients of several frameworks send `null` for no arguments.
    const args = sent ?? {};
    if (typeof name !== 'string') throw invalidParams('tools/call needs a string "name"');
    if (!isObject(args)) throw invalidParams('"arguments" must be an object');
    const tool = catalog.tools.get(name);
    if (!tool) throw access.absent(exchange, unknownTool(name));
    const deciding = access.require(tool, exchange, args, () => unknownTool(name));
    if (deciding) await deciding;
    checkParamHeaders(tool.paramHeaders, args, exchange.peer);
    if (
      !becomesTask(tool.task, exchange.peer, taskParams !== undefined && capabilities.tasks() ? taskParams : undefined)
    ) {
      return runTool(tool, args, exchange, interactions, access, logger);
    }
    return callAsTask(tasks.runner, taskTool(tool, access, logger), args, exchange, taskParams);
  },
});

/** A tool in the form that the task runner needs. */
export const taskTool = (tool: ToolEntry, access: AccessControl, logger: Logger): TaskTool => ({
  key: tool.key,
  task: tool.task,
  work: (args, exchange, interactions) => runTool(tool, args, exchange, interactions, access, logger),
});

/** A tool that is run again for its task. Its caller may have lost it meanwhile. */
export function taskToolAgain(tool: ToolEntry, access: AccessControl, logger: Logger): TaskTool {
  const { work, ...rest } = taskTool(tool, access, logger);
  return {
    ...rest,
    async work(args, exchange, interactions) {
      await access.require(tool, exchange, args, () => unknownTool(tool.key));
      return work(args, exchange, interactions);
    },
  };
}

const unknownTool = (name: string): McpError => invalidParams(`Unknown tool: ${name}`);

/** @returns the result in the form of the client's revision, or an `InputRequiredResult` */
async function runTool(
  tool: ToolEntry,
  args: JsonObject,
  exchange: Exchange,
  interactions: Asking,
  access: AccessControl,
  logger: Logger,
): Promise<JsonObject> {
  const { revision } = exchange.peer;
  const project = (result: CallToolResult) =>
    projectToolResult(result, revision, tool.definition.outputSchema) as unknown as JsonObject;
  try {
    const call = { entry: tool, name: tool.key, subject: tool.key, args };
    const outcome = await callPrimitive(call, exchange, interactions, access);
    return 'inputRequired' in outcome ? outcome.inputRequired : project(await toolResult(outcome.value, tool.output));
  } catch (error) {
    // An error of the method is masked and logged by now. What is left are faults in its result or in its questions.
    reportUnexpected(withAdvice(error, exchange), logger, tool.declaredBy);
    // Legacy clients have no error code for it, so the model reads it in the result (J-4).
    if (exchange.peer.era === 'legacy' && error instanceof MissingClientCapabilityError) {
      return project({ content: [text(error.message)], isError: true });
    }
    return project(toolFailure(error));
  }
}
