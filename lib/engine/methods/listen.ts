import type { Logger } from '@nestjs/common';
import type { AccessControl } from '../../access/access-control.js';
import type { Catalog } from '../../catalog/catalog.js';
import { invalidParams, MissingClientCapabilityError } from '../../protocol/errors.js';
import { exceedsJsonSize } from '../../limits/json-size.js';
import { isObject, type JsonObject } from '../../protocol/messages.js';
import { declaresTasks, TASKS_CAPABILITY } from '../../task/task-extension.js';
import type { TaskRecord } from '../../task/task-record.js';
import { detailedTask } from '../../task/task-view.js';
import type { Admits, Tasks } from '../../task/tasks.js';
import type { Capabilities } from '../capabilities.js';
import type { Extensions } from '../extension.js';
import type { Exchange } from '../../exchange/exchange.js';
import { reportUnexpected } from '../../exchange/failure.js';
import type { Method } from '../method.js';
import type { Follow, HonouredFilter, Subscriptions } from '../subscriptions.js';
import type { TaskAccess } from '../task-access.js';
import { mayRead } from './resources.js';

/** More resources or tasks in one request than this are a mistake or an attack (Z-16). Each task is looked up. */
const MAX_NAMES = { resourceSubscriptions: 1000, taskIds: 100 };
/** Characters of all names of one kind in one request. */
const MAX_NAME_CHARACTERS = 256 * 1024;

/** `subscriptions/listen`: a request that stays open and carries change notifications (§3). */
export const listen = (
  catalog: Catalog,
  capabilities: Capabilities,
  subscriptions: Subscriptions,
  tasks: Tasks,
  own: TaskAccess,
  access: AccessControl,
  extensions: Extensions,
  logger: Logger,
): Method => ({
  name: 'subscriptions/listen',
  eras: ['modern'],
  available: capabilities.subscriptions,
  run({ notifications }, exchange) {
    const filter = readFilter(notifications, extensions.members);
    const uris = capabilities.resources() ? (filter.resourceSubscriptions as string[] | undefined) : undefined;
    const readable = uris && readableOf(uris, (uri) => mayRead(catalog, access, exchange, uri));
    const wantsTasks = filter.taskIds !== undefined && capabilities.tasks();
    const accept = (resourceSubscriptions: readonly string[] | undefined): HonouredFilter => ({
      ...honouredLists(filter, capabilities),
      ...(resourceSubscriptions && { resourceSubscriptions }),
      ...flagsOf(filter, extensions.members),
    });
    // A function that awaited something would be kept, suspended, for as long as the client listens.
    if (!wantsTasks && !(readable instanceof Promise)) return subscriptions.listen(exchange, accept(readable));
    return (async () => {
      const accepted = accept(await readable);
      if (!wantsTasks) return subscriptions.listen(exchange, accepted);
      const admits = own.admits(exchange);
      const taskIds = await findTasks(filter.taskIds as string[], exchange, tasks, admits);
      const follow = followTasks(exchange.peer.principalId, taskIds, tasks, admits, logger);
      return subscriptions.listen(exchange, { ...accepted, taskIds }, follow);
    })();
  },
});

/**
 * Returns the ids of the tasks that exist. A task of another principal, or of a tool that the caller may no longer use, is
 * left out like one that does not exist (§3.3-6).
 *
 * @throws {McpError} `-32021` for a client that does not declare the extension with this request (L-10)
 */
async function findTasks(ids: readonly string[], { peer }: Exchange, tasks: Tasks, admits: Admits) {
  const { principalId, clientCapabilities } = peer;
  if (!declaresTasks(clientCapabilities)) throw new MissingClientCapabilityError(TASKS_CAPABILITY);
  const found: string[] = [];
  for await (const { id } of tasks.findMany(principalId, [...new Set(ids)], 'modern', admits)) found.push(id);
  return found;
}

/**
 * Notifies the client of the current state of each task and of each change, in the form that `tasks/get` returns
 * (TASK-15). The current state is sent first, so that a change before the subscription is not missed.
 */
const followTasks =
  (principal: string, ids: readonly string[], tasks: Tasks, admits: Admits, logger: Logger): Follow =>
  (notify) => {
    const follower = {
      changed: (record: TaskRecord) => notify('notifications/tasks', detailedTask(record)),
      failed: (error: unknown) => reportUnexpected(error, logger, 'A subscription to tasks'),
    };
    return tasks.follow(principal, ids, 'modern', follower, admits);
  };

const FLAGS = ['toolsListChanged', 'promptsListChanged', 'resourcesListChanged'] as const;

/** @throws {McpError} `-32602` for a missing filter or a member of the wrong type (L-1) */
function readFilter(filter: unknown, members: ReadonlySet<string>): JsonObject {
  if (!isObject(filter)) throw invalidParams('"notifications" must be an object');
  for (const flag of [...FLAGS, ...members]) {
    if (filter[flag] !== undefined && typeof filter[flag] !== 'boolean')
      throw invalidParams(`"${flag}" must be a boolean`);
  }
  for (const [name, what] of [
    ['resourceSubscriptions', 'URIs'],
    ['taskIds', 'task ids'],
  ] as const) {
    const names = filter[name];
    if (names === undefined) continue;
    if (!Array.isArray(names) || !names.every((entry) => typeof entry === 'string')) {
      throw invalidParams(`"${name}" must be an array of ${what}`);
    }
    if (names.length > MAX_NAMES[name]) throw invalidParams(`"${name}" may hold at most ${MAX_NAMES[name]} ${what}`);
    if (exceedsJsonSize(names, MAX_NAME_CHARACTERS)) {
      throw invalidParams(`"${name}" may have at most ${MAX_NAME_CHARACTERS} characters together`);
    }
  }
  return filter;
}

/** The notifications of extensions that the filter asks for. */
const flagsOf = (filter: JsonObject, members: ReadonlySet<string>): Record<string, true> =>
  Object.fromEntries([...members].filter((member) => filter[member] === true).map((member) => [member, true]));

/** The lists of the filter that this server supports (L-5). Unknown members are left out. */
const honouredLists = (filter: JsonObject, { tools, prompts, resources }: Capabilities): HonouredFilter => ({
  ...(filter.toolsListChanged === true && tools() && { toolsListChanged: true as const }),
  ...(filter.promptsListChanged === true && prompts() && { promptsListChanged: true as const }),
  ...(filter.resourcesListChanged === true && resources() && { resourcesListChanged: true as const }),
});

/**
 * One after the other: a policy may ask a database, and a client may name a thousand resources.
 *
 * @returns those that the caller may read (L-5), as a promise only if something has to be waited for
 */
function readableOf(
  uris: readonly string[],
  isReadable: (uri: string) => boolean | Promise<boolean>,
): string[] | Promise<string[]> {
  const readable: string[] = [];
  for (const [i, uri] of uris.entries()) {
    const decided = isReadable(uri);
    if (decided instanceof Promise) {
      return decided.then(async (isFirst) => {
        if (isFirst) readable.push(uri);
        for (const other of uris.slice(i + 1)) if (await isReadable(other)) readable.push(other);
        return readable;
      });
    }
    if (decided) readable.push(uri);
  }
  return readable;
}
