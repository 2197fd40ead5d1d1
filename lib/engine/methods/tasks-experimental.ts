import { invalidParams, methodNotFound } from '../../protocol/errors.js';
import type { JsonObject } from '../../protocol/messages.js';
import { knowsExperimentalTasks } from '../../task/task-support.js';
import type { TaskPosition } from '../../task/task-store.js';
import { experimentalTask } from '../../task/task-view.js';
import type { Tasks } from '../../task/tasks.js';
import type { Capabilities } from '../capabilities.js';
import type { TaskAccess } from '../task-access.js';
import type { Exchange } from '../../exchange/exchange.js';
import type { Method } from '../method.js';
import { taskKey } from './tasks.js';

/** `tasks/get`, `tasks/list` and `tasks/cancel` of 2025-11-25 (§5.2). No other legacy revision has them. */
export const experimentalTasks = (
  tasks: Tasks,
  own: TaskAccess,
  capabilities: Capabilities,
  pageSize: number,
): readonly Method[] => [
  experimental(capabilities, 'tasks/get', async (params, exchange) =>
    experimentalTask(await own.get(taskKey(params, exchange.peer).id, exchange)),
  ),
  experimental(capabilities, 'tasks/cancel', async (params, exchange) => {
    const key = taskKey(params, exchange.peer);
    await own.get(key.id, exchange);
    const { moved, task } = await tasks.cancel(key);
    if (!moved) throw invalidParams(`The task is already ${task.status}`);
    return experimentalTask(task);
  }),
  experimental(capabilities, 'tasks/list', async ({ cursor }, exchange) => {
    const { peer } = exchange;
    // Anonymous clients cannot be told apart, so that each would see the tasks of all others.
    if (peer.principal === undefined) throw methodNotFound('tasks/list');
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const { tasks: page, last } = await tasks.page(peer.principalId, pageSize, after, own.admits(exchange));
    return { tasks: page.map(experimentalTask), ...(last && { nextCursor: encodeCursor(last) }) };
  }),
];

/** A task method that exists in 2025-11-25 only. */
export const experimental = (
  capabilities: Capabilities,
  name: string,
  run: (params: JsonObject, exchange: Exchange) => Promise<JsonObject>,
): Method => ({
  name,
  eras: ['legacy'],
  available: capabilities.tasks,
  run(params, exchange) {
    if (!knowsExperimentalTasks(exchange.peer)) throw methodNotFound(name);
    return run(params, exchange);
  },
});

const encodeCursor = ({ createdAt, id }: TaskPosition): string =>
  Buffer.from(JSON.stringify([createdAt, id])).toString('base64url');

/** @throws {McpError} `-32602` for a cursor that this server did not create */
function decodeCursor(cursor: unknown): TaskPosition {
  try {
    const [createdAt, id, ...rest] = JSON.parse(Buffer.from(String(cursor), 'base64url').toString()) as unknown[];
    if (Number.isSafeInteger(createdAt) && typeof id === 'string' && rest.length === 0) {
      const position = { createdAt: createdAt as number, id };
      if (encodeCursor(position) === cursor) return position;
    }
  } catch {
    // Malformed JSON is an invalid cursor like any other.
  }
  throw invalidParams('Invalid cursor');
}
