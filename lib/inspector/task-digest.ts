import { createHash } from 'node:crypto';
import { taskKeyText } from '../task/task-id.js';
import type { TaskKey } from '../task/task-record.js';

/** Whoever knows the id of a task, and has the token of its user, can use it, so it is not shown; see `sessionDigest()`. */
export const taskDigest = (key: TaskKey): string =>
  createHash('sha256').update(taskKeyText(key)).digest('base64url').slice(0, 16);
