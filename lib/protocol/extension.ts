import { isObject, type JsonObject } from './messages.js';

/**
 * The settings with which one side declares an extension in its capabilities, possibly empty (T-63). `undefined` if it
 * does not declare it.
 */
export function extensionSettings({ extensions }: Readonly<JsonObject>, id: string): JsonObject | undefined {
  if (!isObject(extensions) || !Object.hasOwn(extensions, id)) return undefined;
  const settings = extensions[id];
  return isObject(settings) ? settings : undefined;
}

/** The identifiers of all extensions that one side declares. */
export function declaredExtensions(capabilities: Readonly<JsonObject> = {}): readonly string[] {
  const { extensions } = capabilities;
  return isObject(extensions) ? Object.keys(extensions).filter((id) => isObject(extensions[id])) : [];
}

/** The capability that a client lacks if it did not declare an extension, shaped like `ClientCapabilities` (TASK-3). */
export const extensionCapability = (id: string): JsonObject => ({ extensions: { [id]: {} } });

/** What an extension is called: with a prefix, as keys of `_meta` have one (2026-07-28 basic/versioning). */
export const isExtensionId = (id: unknown): id is string => typeof id === 'string' && ID.test(id);

const LABEL = '[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
const ID = new RegExp(`^${LABEL}(?:\\.${LABEL})*/[A-Za-z0-9](?:[\\w.-]*[A-Za-z0-9])?$`);
