import { takeRandomBytes } from '../session/random-bytes.js';
import type { TaskKey } from './task-record.js';

/** Returns 144 random bits: nobody can guess an id (TASK-7), and no two are equal. It is valid in a header as it is. */
export const newTaskId = (): string => takeRandomBytes(18).toString('base64url');

/** Returns one string per key. The length at its beginning distinguishes `('a', 'b:c')` from `('a:b', 'c')`. */
export const taskKeyText = ({ principal, id }: TaskKey): string => `${principal.length}:${principal}${id}`;

export const taskKeyOf = ({ principal, id }: TaskKey): TaskKey => ({ principal, id });
