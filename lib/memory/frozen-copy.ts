import { deepFreeze } from '../session/deep-freeze.js';

/** A copy as a remote store would return it: reduced to JSON, and immutable. */
export const frozenCopy = <T>(value: T): T => deepFreeze(JSON.parse(JSON.stringify(value)) as T);
