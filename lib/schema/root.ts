import { pathTo } from './path.js';
import { MAX_ISSUES, SchemaError, type CompiledSchema, type JsonSchema } from './schema.js';

/** Arguments are named, so their schema says `type: "object"` at its root (U-3). */
export function requireObjectRoot(schema: JsonSchema, where: string): void {
  if (schema['type'] === 'object') return;
  throw new SchemaError(
    `${where} is not an object at its root, and arguments are always an object`,
    'Give the root "type": "object"; put a choice of several forms into a property of it',
  );
}

/** For methods that take no arguments: accepts nothing, or an empty object (U-4). */
export const emptyInput: CompiledSchema = Object.freeze({
  jsonSchema: Object.freeze({ type: 'object', additionalProperties: false }),
  warnings: [],
  validate(value: unknown) {
    if (value === undefined) return { ok: true as const, value: {} };
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return { ok: false as const, issues: [{ path: '', message: 'must be an object' }] };
    }
    const names = Object.keys(value).slice(0, MAX_ISSUES);
    if (names.length === 0) return { ok: true as const, value: {} };
    const message = 'is not a known property; nothing is expected here';
    return { ok: false as const, issues: names.map((name) => ({ path: pathTo('', name), message })) };
  },
});
