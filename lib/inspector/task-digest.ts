import { digestOf } from '../observe/session-digest.js';
import { taskKeyText } from '../task/task-id.js';
import type { TaskKey } from '../task/task-record.js';

/** Whoever knows the id of a task, and has the token of its user, can use it, so it is not shown; see `sessionDigest()`. */
export const taskDigest = (key: TaskKey): string => digestOf(taskKeyText(key));
