import { invalidParams, MissingClientCapabilityError } from '../../protocol/errors.js';
import { isObject, type JsonObject } from '../../protocol/messages.js';
import { declaresTasks, TASKS_CAPABILITY, TASKS_EXTENSION } from '../../task/task-extension.js';
import type { TaskKey } from '../../task/task-record.js';
import { detailedTask } from '../../task/task-view.js';
import type { Tasks } from '../../task/tasks.js';
import type { Capabilities } from '../capabilities.js';
import type { Extension } from '../extension.js';
import type { TaskAccess } from '../task-access.js';
import type { Peer } from '../../exchange/peer.js';
import type { Method } from '../method.js';

/** Tasks as an extension: only modern clients know them as one. */
export const tasksExtension = (tasks: Tasks, own: TaskAccess, capabilities: Capabilities): Extension => ({
  id: TASKS_EXTENSION,
  eras: ['modern'],
  settings: () => (capabilities.tasks() ? {} : undefined),
  methods: extensionTasks(tasks, own, capabilities),
  declaredBy: 'nestjs-mcp-fleet',
});

/** `tasks/get`, `tasks/update` and `tasks/cancel` of the extension (TASK-4..TASK-12). */
const extensionTasks = (tasks: Tasks, own: TaskAccess, capabilities: Capabilities): readonly Method[] => {
  const common = { eras: ['modern'], available: capabilities.tasks } as const;
  return [
    {
      ...common,
      name: 'tasks/get',
      run: async (params, exchange) => detailedTask(await own.get(declaredKey(params, exchange.peer).id, exchange)),
    },
    {
      ...common,
      name: 'tasks/update',
      async run(params, exchange) {
        const key = declaredKey(params, exchange.peer);
        if (!isObject(params.inputResponses)) throw invalidParams('"inputResponses" must be an object');
        await own.get(key.id, exchange);
        const answers = Object.entries(params.inputResponses).map(([name, value]) => [name, { value }]);
        await tasks.answer(key, Object.fromEntries(answers));
        return {};
      },
    },
    {
      ...common,
      name: 'tasks/cancel',
      // A task that has ended meanwhile gets the same ack, since its client could not know.
      async run(params, exchange) {
        const key = declaredKey(params, exchange.peer);
        await own.get(key.id, exchange);
        await tasks.cancel(key);
        return {};
      },
    },
  ];
};

/** @throws {McpError} `-32021` for a client that does not declare the extension with this very request (TASK-3) */
function declaredKey(params: JsonObject, peer: Peer): TaskKey {
  if (!declaresTasks(peer.clientCapabilities)) throw new MissingClientCapabilityError(TASKS_CAPABILITY);
  return taskKey(params, peer);
}

/** @throws {McpError} `-32602` if `taskId` is not a string */
export function taskKey({ taskId }: JsonObject, { principalId }: Peer): TaskKey {
  if (typeof taskId !== 'string') throw invalidParams('"taskId" must be a string');
  return { principal: principalId, id: taskId };
}
