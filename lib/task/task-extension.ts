import { extensionCapability, extensionSettings } from '../protocol/extension.js';
import type { JsonObject } from '../protocol/messages.js';

/** Tasks are an extension of 2026-07-28; a client declares it with each request (TASK-1). */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

/** The `_meta` key in which messages of 2025-11-25 name the task they belong to (§5.2). */
export const RELATED_TASK = 'io.modelcontextprotocol/related-task';

/** The capability that a client lacks if it did not declare the extension (TASK-3). */
export const TASKS_CAPABILITY = extensionCapability(TASKS_EXTENSION);

/** The `tasks` of 2025-11-25 do not declare it. */
export const declaresTasks = (capabilities: Readonly<JsonObject>): boolean =>
  extensionSettings(capabilities, TASKS_EXTENSION) !== undefined;
