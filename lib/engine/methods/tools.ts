import type { Logger } from '@nestjs/common';
import type { AccessControl } from '../../access/access-control.js';
import type { Catalog } from '../../catalog/catalog.js';
import type { ToolEntry } from '../../catalog/entries.js';
import { text, type CallToolResult } from '../../protocol/content.js';
import type { Outcome } from '../../interaction/interaction.js';
import type { Interactions } from '../../interaction/interactions.js';
import { projectToolResult } from '../../protocol/down-projection.js';
import { invalidParams, type McpError, MissingClientCapabilityError } from '../../protocol/errors.js';
import type { Permit } from '../../limits/limit-store.js';
import { isObject, type JsonObject } from '../../protocol/messages.js';
import type { Revision } from '../../protocol/revisions.js';
import type { Asking, TaskTool } from '../../task/task-runner.js';
import { becomesTask } from '../../task/task-support.js';
import type { Tasks } from '../../task/tasks.js';
import type { Capabilities } from '../capabilities.js';
import type { Exchange } from '../../exchange/exchange.js';
import { reportUnexpected, toolFailure } from '../../exchange/failure.js';
import type { CallBounds } from '../call-bounds.js';
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
  bounds: CallBounds,
  logger: Logger,
): Method => {
  const callInTask = async (tool: ToolEntry, args: JsonObject, exchange: Exchange, taskParams: unknown) => {
    const admitted = bounds.admitTask(tool, exchange);
    const permit = admitted instanceof Promise ? await admitted : admitted;
    const runs = heldBy(permit, taskTool(tool, access, logger));
    return callAsTask(tasks.runner, runs, args, exchange, taskParams).catch((error: unknown) => {
      permit.release();
      throw error;
    });
  };
  return {
    name: 'tools/call',
    eras: BOTH_ERAS,
    available: capabilities.tools,
    isCall: true,
    run({ name, arguments: sent, task: taskParams }, exchange) {
      // Clients of several frameworks send `null` for no arguments.
      const args = sent ?? {};
      if (typeof name !== 'string') throw invalidParams('tools/call needs a string "name"');
      if (!isObject(args)) throw invalidParams('"arguments" must be an object');
      const call = (tool: ToolEntry): JsonObject | Promise<JsonObject> => {
        checkParamHeaders(tool.paramHeaders, args, exchange.peer);
        const asked = taskParams !== undefined && capabilities.tasks() ? taskParams : undefined;
        return becomesTask(tool.task, exchange.peer, asked)
          ? callInTask(tool, args, exchange, taskParams)
          : bounds.call(tool, exchange, () => runTool(tool, args, exchange, interactions, access, logger));
      };
      const admitting = access.admit(catalog.tools.get(name), exchange, args, () => unknownTool(name));
      return admitting instanceof Promise ? admitting.then(call) : call(admitting);
    },
    // A model reads a result, and can ask for less or something else.
    failure: ({ message }, { peer }) => failed(message, peer.revision),
  };
};

/** Counts as used until the work is done, which may be long after the call was answered with a task. */
const heldBy = (permit: Permit, { work, ...tool }: TaskTool): TaskTool => ({
  ...tool,
  work: (...args) => work(...args).finally(() => permit.release()),
});

/** A tool in the form that the task runner needs. */
export const taskTool = (tool: ToolEntry, access: AccessControl, logger: Logger): TaskTool => ({
  key: tool.key,
  task: tool.task,
  work: async (args, exchange, interactions) => runTool(tool, args, exchange, interactions, access, logger),
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

const failed = (reason: string, revision: Revision): JsonObject =>
  projectToolResult({ content: [text(reason)], isError: true }, revision, undefined) as unknown as JsonObject;

const unknownTool = (name: string): McpError => invalidParams(`Unknown tool: ${name}`);

/** @returns the result in the form of the client's revision, or an `InputRequiredResult` */
function runTool(
  tool: ToolEntry,
  args: JsonObject,
  exchange: Exchange,
  interactions: Asking,
  access: AccessControl,
  logger: Logger,
): JsonObject | Promise<JsonObject> {
  const { revision } = exchange.peer;
  const project = (result: CallToolResult) =>
    projectToolResult(result, revision, tool.definition.outputSchema) as unknown as JsonObject;
  const finish = (outcome: Outcome): JsonObject | Promise<JsonObject> => {
    if ('inputRequired' in outcome) return outcome.inputRequired;
    const result = toolResult(outcome.value, tool.output);
    return result instanceof Promise ? result.then(project) : project(result);
  };
  const fail = (error: unknown): JsonObject => {
    // An error of the method is masked and logged by now. What is left are faults in its result or in its questions.
    reportUnexpected(withAdvice(error, exchange), logger, tool.declaredBy);
    // Legacy clients have no error code for it, so the model reads it in the result (J-4).
    if (exchange.peer.era === 'legacy' && error instanceof MissingClientCapabilityError) {
      return failed(error.message, revision);
    }
    return project(toolFailure(error));
  };
  try {
    const call = { entry: tool, name: tool.key, subject: tool.key, args };
    const outcome = callPrimitive(call, exchange, interactions, access);
    const result = outcome instanceof Promise ? outcome.then(finish) : finish(outcome);
    return result instanceof Promise ? result.catch(fail) : result;
  } catch (error) {
    return fail(error);
  }
}
