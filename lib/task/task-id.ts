import { randomBytes } from 'node:crypto';
import type { TaskKey } from './task-record.js';

/** 144 bits: nobody guesses one (T1-7), and two never meet. Fits a header as it is. */
export const newTaskId = (): string => randomBytes(18).toString('base64url');

/** One string per key. The length in front keeps `('a', 'b:c')` and `('a:b', 'c')` apart whatever the parts contain. */
export const taskKeyText = ({ principal, id }: TaskKey): string => `${principal.length}:${principal}${id}`;

export const taskKeyOf = ({ principal, id }: TaskKey): TaskKey => ({ principal, id });
