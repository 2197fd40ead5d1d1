import { extensionSettings } from './extension.js';
import { isObject, type JsonObject } from './messages.js';

/** MCP Apps (SEP-1865): interactive pages that hosts show beside the results of tools. */
export const APPS_EXTENSION = 'io.modelcontextprotocol/ui';

/** The only kind of page there is. */
export const APP_MEDIA_TYPE = 'text/html;profile=mcp-app';

/** Whether a client shows such pages. */
export function showsApps(capabilities: Readonly<JsonObject>): boolean {
  const settings = extensionSettings(capabilities, APPS_EXTENSION);
  if (settings === undefined) return false;
  const { mimeTypes } = settings;
  return !Array.isArray(mimeTypes) || mimeTypes.includes(APP_MEDIA_TYPE);
}

/** Whether a tool is for the page and not for the model, by the `_meta` of its definition. */
export function isForAppsOnly(meta: JsonObject | undefined): boolean {
  const visibility = isObject(meta?.ui) ? meta.ui.visibility : undefined;
  return Array.isArray(visibility) && !visibility.includes('model');
}
