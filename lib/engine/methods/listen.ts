import type { Catalog } from '../../catalog/catalog.js';
import { invalidParams } from '../../protocol/errors.js';
import { isObject, type JsonObject } from '../../protocol/messages.js';
import type { Capabilities } from '../capabilities.js';
import type { Method } from '../method.js';
import type { HonouredFilter, Subscriptions } from '../subscriptions.js';
import { findResource } from './resources.js';

/** More resource subscriptions in one request than this are a mistake or an attack (Z-16). */
const MAX_URIS = 1000;

/** `subscriptions/listen`: a request that stays open and carries change notifications (§3). */
export const listen = (catalog: Catalog, capabilities: Capabilities, subscriptions: Subscriptions): Method => ({
  name: 'subscriptions/listen',
  eras: ['modern'],
  available: capabilities.subscriptions,
  run: ({ notifications }, exchange) =>
    subscriptions.listen(exchange, honoured(readFilter(notifications), catalog, capabilities)),
});

const FLAGS = ['toolsListChanged', 'promptsListChanged', 'resourcesListChanged'] as const;

/** @throws {McpError} `-32602` for a missing filter or a member of the wrong type (L-1) */
function readFilter(filter: unknown): JsonObject {
  if (!isObject(filter)) throw invalidParams('"notifications" must be an object');
  for (const flag of FLAGS) {
    if (filter[flag] !== undefined && typeof filter[flag] !== 'boolean')
      throw invalidParams(`"${flag}" must be a boolean`);
  }
  const uris = filter.resourceSubscriptions;
  if (uris === undefined) return filter;
  if (!Array.isArray(uris) || !uris.every((uri) => typeof uri === 'string')) {
    throw invalidParams('"resourceSubscriptions" must be an array of URIs');
  }
  if (uris.length > MAX_URIS) throw invalidParams(`"resourceSubscriptions" may hold at most ${MAX_URIS} URIs`);
  return filter;
}

/** What was asked for and can be had (L-5); members nobody knows are left out. */
function honoured(filter: JsonObject, catalog: Catalog, capabilities: Capabilities): HonouredFilter {
  const uris = filter.resourceSubscriptions as string[] | undefined;
  return {
    ...(filter.toolsListChanged === true && capabilities.tools() && { toolsListChanged: true as const }),
    ...(filter.promptsListChanged === true && capabilities.prompts() && { promptsListChanged: true as const }),
    ...(filter.resourcesListChanged === true && capabilities.resources() && { resourcesListChanged: true as const }),
    ...(uris &&
      capabilities.resources() && { resourceSubscriptions: uris.filter((uri) => findResource(catalog, uri)) }),
  };
}
