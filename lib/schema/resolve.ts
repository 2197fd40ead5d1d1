import { localRef } from './local-ref.js';
import type { JsonSchema } from './schema.js';

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The schemas that may apply to a value. Local `$ref`s are resolved, and the branches of `anyOf` and `oneOf` are
 * listed.
 */
export function alternatives(schema: unknown, root: JsonSchema, seen = new Set<unknown>()): JsonSchema[] {
  if (!isObject(schema) || seen.has(schema)) return [];
  seen.add(schema);
  const branches = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(branches)) return branches.flatMap((one) => alternatives(one, root, seen));
  const ref = schema['$ref'];
  return typeof ref === 'string' ? alternatives(localRef(ref, root), root, seen) : [schema];
}

/** The JSON types a schema allows, as far as `type`, `const` or `enum` define them. */
export function typesOf(schema: JsonSchema): string[] {
  if (schema['type'] !== undefined) return [schema['type']].flat() as string[];
  const values = 'const' in schema ? [schema['const']] : Array.isArray(schema['enum']) ? schema['enum'] : [];
  return [
    ...new Set(
      values.map((value: unknown) => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value)),
    ),
  ];
}

export const propertiesIn = (schema: JsonSchema): [string, JsonSchema][] =>
  isObject(schema['properties'])
    ? Object.entries(schema['properties']).map(([name, inner]) => [name, isObject(inner) ? inner : {}])
    : [];
