import type { Audience } from '../access/audience.js';
import type { McpAppLink } from '../decorators/app-options.js';
import { showsApps } from '../protocol/apps.js';
import { isObject, type JsonObject } from '../protocol/messages.js';

const VISIBILITY: readonly unknown[] = ['model', 'app'];

/**
 * The `_meta` of a tool that belongs to a page.
 *
 * @throws Error for a link that makes no sense
 */
export function withAppLink(meta: JsonObject | undefined, link: McpAppLink | undefined): JsonObject | undefined {
  if (link === undefined) return meta;
  const { uri, visibility } = typeof link === 'string' ? { uri: link, visibility: undefined } : link;
  if (visibility !== undefined && !isVisibility(visibility)) {
    throw new Error('its "app" needs a "visibility" of "model", "app" or both');
  }
  const given = isObject(meta?.ui) ? meta.ui : {};
  const ui = { ...given, ...(uri !== undefined && { resourceUri: uri }), ...(visibility && { visibility }) };
  return { ...meta, ui };
}

const isVisibility = (given: unknown): boolean =>
  Array.isArray(given) && given.length > 0 && given.every((one) => VISIBILITY.includes(one));

/** The page that shows the results of a tool. */
export const linkedApp = (link: McpAppLink | undefined): string | undefined =>
  typeof link === 'string' ? link : link?.uri;

/**
 * Clients that show pages: a tool for pages only would be offered to the model by all others. What the application
 * calls itself is no matter of clients.
 */
export const WITH_APPS: Audience = {
  key: 'apps',
  includes: ({ via, clientCapabilities }) => via === 'process' || showsApps(clientCapabilities),
};
