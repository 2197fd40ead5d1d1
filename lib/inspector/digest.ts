import { createHash } from 'node:crypto';
import { taskKeyText } from '../task/task-id.js';
import type { TaskKey } from '../task/task-record.js';

/** A session's id is all that a client needs to show beside its token, so it is not shown (P15). The audit has the same. */
export const sessionDigest = (id: string): string => digest(id);

/** Nor is that of a task, for the same reason. */
export const taskDigest = (key: TaskKey): string => digest(taskKeyText(key));

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 16);
