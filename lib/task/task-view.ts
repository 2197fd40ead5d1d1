import type { JsonObject } from '../protocol/messages.js';
import { type TaskRecord, type TaskStatus } from './task-record.js';

const time = (ms: number): string => new Date(ms).toISOString();

/** The fields that both eras give the same names. */
const commonFields = (task: TaskRecord): JsonObject => ({
  taskId: task.id,
  status: task.status,
  ...(task.statusMessage !== undefined && { statusMessage: task.statusMessage }),
  createdAt: time(task.createdAt),
  lastUpdatedAt: time(task.updatedAt),
});

/** The task in the format of the extension: flat, and never with its own `resultType` or `requestState` (TASK-4). */
const extensionTask = (task: TaskRecord): JsonObject => ({
  ...commonFields(task),
  ttlMs: task.ttlMs,
  pollIntervalMs: task.pollIntervalMs,
});

/** The result of a call that has become a task, and the only result of this type (TASK-5). */
export const createTaskResult = (task: TaskRecord): JsonObject => ({ resultType: 'task', ...extensionTask(task) });

const DETAIL: { readonly [S in TaskStatus]?: (task: TaskRecord) => JsonObject } = {
  input_required: ({ inputRequests }) => ({ inputRequests }),
  completed: ({ result }) => ({ result }),
  failed: ({ error }) => ({ error }),
};

/** The result of `tasks/get` and the params of `notifications/tasks` (TASK-15). */
export const detailedTask = (task: TaskRecord): JsonObject => ({
  ...extensionTask(task),
  ...DETAIL[task.status]?.(task),
});

/** The task in the format of 2025-11-25, which has other names and no details (§5.2). */
export const experimentalTask = (task: TaskRecord): JsonObject => ({
  ...commonFields(task),
  ttl: task.ttlMs,
  pollInterval: task.pollIntervalMs,
});
