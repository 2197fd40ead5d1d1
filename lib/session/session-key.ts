import type { SessionKey } from './session-record.js';

/** A unique string for each key. The length prefix distinguishes `('a', 'b:c')` from `('a:b', 'c')`. */
export const sessionKeyText = ({ principal, id }: SessionKey): string => `${principal.length}:${principal}${id}`;
