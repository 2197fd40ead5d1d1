import type { McpExtensionOptions } from '../decorators/extension-options.js';
import { isExtensionId } from '../protocol/extension.js';
import { isObject } from '../protocol/messages.js';

/** What the specification calls methods and notifications; a name without a slash could be one of a later revision. */
const METHOD = /^[A-Za-z][\w.-]*(?:\/[A-Za-z][\w.-]*)+$/;
const NOTIFICATION = /^notifications\/[A-Za-z][\w.-]*(?:\/[A-Za-z][\w.-]*)*$/;
const ERAS: readonly unknown[] = ['modern', 'legacy'];

/** @throws Error for a name that a method of an extension must not have */
export function checkMethodName(name: unknown): void {
  if (typeof name === 'string' && METHOD.test(name) && !NOTIFICATION.test(name)) return;
  throw new Error(`its method ${JSON.stringify(name)} needs a name with a prefix, such as "stock/quote"`);
}

/** @throws Error for an extension that cannot be advertised */
export function checkExtension({ id, settings, eras, notifications }: McpExtensionOptions): void {
  if (!isExtensionId(id)) {
    throw new Error(`its id ${JSON.stringify(id)} needs a prefix and a name, such as "com.example/stock"`);
  }
  if (!isObject(settings)) throw new Error('its "settings" must be an object');
  if (!Array.isArray(eras) || eras.length === 0 || !eras.every((era) => ERAS.includes(era))) {
    throw new Error('its "eras" must be a list of "modern" and "legacy"');
  }
  for (const [member, method] of Object.entries(notifications ?? {})) {
    if (typeof method !== 'string' || !NOTIFICATION.test(method)) {
      throw new Error(`its notification ${JSON.stringify(method)} must begin with "notifications/"`);
    }
    if (NOTIFICATIONS_OF_CORE.includes(method)) throw new Error(`its notification "${method}" belongs to the protocol`);
    if (OF_CORE.includes(member)) throw new Error(`its filter member "${member}" belongs to the protocol`);
  }
}

/** What the filter of `subscriptions/listen` has without extensions, and with tasks. */
const OF_CORE = ['toolsListChanged', 'promptsListChanged', 'resourcesListChanged', 'resourceSubscriptions', 'taskIds'];

const NOTIFICATIONS_OF_CORE = [
  ...['cancelled', 'initialized', 'message', 'progress', 'roots/list_changed', 'elicitation/complete'],
  ...['tools/list_changed', 'prompts/list_changed', 'resources/list_changed', 'resources/updated'],
  ...['subscriptions/acknowledged', 'tasks', 'tasks/status'],
].map((name) => `notifications/${name}`);
