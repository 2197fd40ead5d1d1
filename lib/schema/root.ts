import { pathTo } from './path.js';
import { MAX_ISSUES, SchemaError, type CompiledSchema, type JsonSchema } from './schema.js';

/** Arguments have names, so the root of their schema must have `type: "object"` (U-3). */
export function requireObjectRoot(schema: JsonSchema, where: string): void {
  if (schema['type'] === 'object') return;
  throw new SchemaError(
    `${where} is not an object at its root, but arguments are always an object`,
    'Give the root "type": "object" and move alternatives into one of its properties',
  );
}

/** The schema for methods without arguments. It accepts no arguments or an empty object (U-4). */
export const emptyInput: CompiledSchema = Object.freeze({
  jsonSchema: Object.freeze({ type: 'object', properties: {}, additionalProperties: false }),
  warnings: [],
  validate(value: unknown) {
    if (value === undefined) return { ok: true as const, value: {} };
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return { ok: false as const, issues: [{ path: '', message: 'must be an object' }] };
    }
    const names = Object.keys(value).slice(0, MAX_ISSUES);
    if (names.length === 0) return { ok: true as const, value: {} };
    const message = 'is not a known property; no arguments are expected';
    return { ok: false as const, issues: names.map((name) => ({ path: pathTo('', name), message })) };
  },
});
