import type { SessionKey } from './session-record.js';

/** A unique string for each key. The length prefix distinguishes `('a', 'b:c')` from `('a:b', 'c')`. */
export const sessionKeyText = ({ principal, id }: SessionKey): string => `${principal.length}:${principal}${id}`;

/** The reverse of `sessionKeyText`. */
export function parseKeyText(text: string): SessionKey | undefined {
  const colon = text.indexOf(':');
  const length = Number(text.slice(0, colon));
  if (colon < 1 || !Number.isSafeInteger(length)) return undefined;
  const start = colon + 1;
  return { principal: text.slice(start, start + length), id: text.slice(start + length) };
}
