import { isObject, type JsonObject } from '../protocol/messages.js';

/** The tasks of 2026-07-28 are an extension; who wants them says so with each request (T1-1). */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

/** `_meta` key by which messages of the 2025-11-25 form say which task they belong to (§5.2). */
export const RELATED_TASK = 'io.modelcontextprotocol/related-task';

/** What a client lacks that did not declare the extension, shaped like `ClientCapabilities` (T1-3). */
export const TASKS_CAPABILITY = { extensions: { [TASKS_EXTENSION]: {} } };

/** Settings of an extension are an object, empty or not (T-63). The 2025-11-25 `tasks` capability is no declaration. */
export const declaresTasks = ({ extensions }: Readonly<JsonObject>): boolean =>
  isObject(extensions) && Object.hasOwn(extensions, TASKS_EXTENSION) && isObject(extensions[TASKS_EXTENSION]);
