import { deepFreeze } from '../session/deep-freeze.js';

/** A copy as a remote store would return it: reduced to JSON, and immutable. */
export const frozenCopy = <T>(value: T): T => deepFreeze(JSON.parse(JSON.stringify(value)) as T);

/** An immutable copy of plain data. It has the strings of the original, which take most of the memory. */
export function frozenClone<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(frozenClone)) as T;
  // `fromEntries` defines members: a client may have sent one that is called `__proto__`.
  return Object.freeze(
    Object.fromEntries(Object.entries(value).map(([name, member]) => [name, frozenClone(member)])),
  ) as T;
}
