import type { Logger } from '@nestjs/common';
import type { AccessControl } from '../../access/access-control.js';
import type { Catalog } from '../../catalog/catalog.js';
import type { CallBounds } from '../../engine/call-bounds.js';
import { NotificationAccess } from '../../engine/notification-access.js';
import { ResponseWriter } from '../../engine/response-writer.js';
import { Capabilities } from '../../engine/capabilities.js';
import { Dispatcher } from '../../engine/dispatcher.js';
import { type Extension, Extensions } from '../../engine/extension.js';
import { complete } from '../../engine/methods/completion.js';
import { discover } from '../../engine/methods/discover.js';
import { initialize, ping } from '../../engine/methods/initialize.js';
import { listen } from '../../engine/methods/listen.js';
import { listMethods } from '../../engine/methods/lists.js';
import { setLevel } from '../../engine/methods/logging.js';
import { getPrompt } from '../../engine/methods/prompts.js';
import { subscribeResource, unsubscribeResource } from '../../engine/methods/resource-subscriptions.js';
import { readResource } from '../../engine/methods/resources.js';
import { experimentalTasks } from '../../engine/methods/tasks-experimental.js';
import { taskResult } from '../../engine/methods/tasks-result.js';
import { tasksExtension } from '../../engine/methods/tasks.js';
import { callTool } from '../../engine/methods/tools.js';
import { Subscriptions } from '../../engine/subscriptions.js';
import { TaskAccess } from '../../engine/task-access.js';
import { appsExtension } from '../../extensions/apps/apps-extension.js';
import type { Interactions } from '../../interaction/interactions.js';
import type { PendingRequests } from '../../interaction/pending-requests.js';
import type { Observer } from '../../observe/observer.js';
import type { ResolvedOptions } from '../../options/resolve-options.js';
import type { Implementation } from '../../protocol/definitions.js';
import { NO_CACHE } from '../../protocol/definitions.js';
import type { JsonObject } from '../../protocol/messages.js';
import type { SessionChanges } from '../../broadcast/session-changes.js';
import type { SessionStore } from '../../session/session-store.js';
import type { Tasks } from '../../task/tasks.js';

export interface Engine {
  readonly dispatcher: Dispatcher;
  readonly capabilities: Capabilities;
  readonly subscriptions: Subscriptions;
  readonly notifications: NotificationAccess;
  readonly extensions: Extensions;
  /**
   * Offers an extension: its methods, its settings among the capabilities, and its notifications.
   *
   * @throws {DuplicateEntryError}
   */
  offer(extension: Extension): void;
}

/** What the methods of a server need. */
export interface EngineParts {
  readonly catalog: Catalog;
  readonly sessions: SessionStore;
  readonly changes: SessionChanges;
  readonly interactions: Interactions;
  readonly tasks: Tasks;
  readonly pending: PendingRequests;
  readonly access: AccessControl;
  readonly options: ResolvedOptions;
  readonly logger: Logger;
  readonly observer: Observer;
  readonly bounds: CallBounds;
}

/** Creates every method of this server, in one list, and the dispatcher that runs them. */
export function createEngine(parts: EngineParts): Engine {
  const { catalog, sessions, changes, interactions, tasks, pending, access, options, logger, observer, bounds } = parts;
  const { instructions, listCache = NO_CACHE } = options;
  const info = serverInfo(options);
  const extensions = new Extensions();
  const capabilities = new Capabilities(catalog, options.capabilities ?? {}, extensions);
  const notifications = new NotificationAccess(catalog, access, extensions);
  const subscriptions = new Subscriptions(options.maxSubscriptions, notifications);
  const own = new TaskAccess(tasks, catalog, access);
  const methods = [
    discover(capabilities, instructions, listCache),
    initialize(capabilities, info, instructions),
    ping,
    setLevel(sessions, changes),
    ...listMethods(catalog, capabilities, listCache, access),
    callTool(catalog, capabilities, interactions, tasks, access, bounds, logger),
    ...experimentalTasks(tasks, own, capabilities, options.pageSize),
    taskResult(tasks, own, capabilities, pending, options.inputTimeoutMs),
    readResource(catalog, capabilities, interactions, access, bounds),
    subscribeResource(catalog, capabilities, sessions, changes, access),
    unsubscribeResource(capabilities, sessions, changes),
    getPrompt(catalog, capabilities, interactions, access, bounds),
    complete(catalog, capabilities, access, bounds),
    listen(catalog, capabilities, subscriptions, tasks, own, access, extensions, logger),
  ];
  const writer = new ResponseWriter({ ...info } as JsonObject);
  const dispatcher = new Dispatcher(methods, observer, { writer, logger, bounds });
  const offer = (extension: Extension): void => {
    extensions.add(extension);
    dispatcher.add(extension.methods);
  };
  offer(tasksExtension(tasks, own, capabilities));
  offer(appsExtension(catalog));
  return { dispatcher, capabilities, subscriptions, notifications, extensions, offer };
}

function serverInfo({ name, version, title, description, websiteUrl, icons }: ResolvedOptions): Implementation {
  const info: Implementation = { name, version, title, description, websiteUrl, icons };
  return Object.fromEntries(
    Object.entries(info).filter(([, value]) => value !== undefined),
  ) as unknown as Implementation;
}
