import type { JsonObject } from '../protocol/messages.js';
import { type TaskRecord, type TaskStatus } from './task-record.js';

const time = (ms: number): string => new Date(ms).toISOString();

/** What both forms say of a task, and under the same names. */
const described = (task: TaskRecord): JsonObject => ({
  taskId: task.id,
  status: task.status,
  ...(task.statusMessage !== undefined && { statusMessage: task.statusMessage }),
  createdAt: time(task.createdAt),
  lastUpdatedAt: time(task.updatedAt),
});

/** The task as the extension writes it: flat, and never with a `resultType` or `requestState` of its own (T1-4). */
const extensionTask = (task: TaskRecord): JsonObject => ({
  ...described(task),
  ttlMs: task.ttlMs,
  pollIntervalMs: task.pollIntervalMs,
});

/** The answer to a call that has become a task; the only result of this type (T1-5). */
export const createTaskResult = (task: TaskRecord): JsonObject => ({ resultType: 'task', ...extensionTask(task) });

const DETAIL: { readonly [S in TaskStatus]?: (task: TaskRecord) => JsonObject } = {
  input_required: ({ inputRequests }) => ({ inputRequests }),
  completed: ({ result }) => ({ result }),
  failed: ({ error }) => ({ error }),
};

/** What `tasks/get` answers and `notifications/tasks` carries (T1-15). */
export const detailedTask = (task: TaskRecord): JsonObject => ({
  ...extensionTask(task),
  ...DETAIL[task.status]?.(task),
});

/** The task as 2025-11-25 writes it: other names, no details (§5.2). */
export const experimentalTask = (task: TaskRecord): JsonObject => ({
  ...described(task),
  ttl: task.ttlMs,
  pollInterval: task.pollIntervalMs,
});
