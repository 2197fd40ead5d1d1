import type { SessionKey } from './session-record.js';

/** One string per key. The length in front keeps `('a', 'b:c')` and `('a:b', 'c')` apart whatever the parts contain. */
export const sessionKeyText = ({ principal, id }: SessionKey): string => `${principal.length}:${principal}${id}`;
