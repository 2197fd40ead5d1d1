import type { JsonSchema } from './schema.js';

/**
 * The part of a schema that a reference inside of it names, by a JSON pointer (RFC 6901).
 *
 * @returns `undefined` if there is none, and for a remote reference, which is never fetched
 */
export function localRef(ref: string, root: JsonSchema): unknown {
  if (!ref.startsWith('#')) return undefined;
  let found: unknown = root;
  for (const step of ref.slice(1).split('/').slice(1)) {
    const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}
