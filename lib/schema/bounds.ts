import { SchemaError } from './schema.js';

/** The maximum nesting of a schema. */
export const MAX_DEPTH = 64;
/** The maximum number of objects and arrays in a schema. */
export const MAX_NODES = 10_000;

const DIALECT = /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/;

/** Rejects a schema that is too large for validation or is not plain JSON (U-6). */
export function withinBounds(schema: object, where: string): void {
  let nodes = 0;
  const walk = (value: unknown, depth: number, above: readonly object[]): void => {
    if (typeof value !== 'object' || value === null) return;
    nodes += 1;
    if (above.includes(value)) throw new SchemaError(`${where} contains itself`, 'Use $ref for recursion');
    if (depth > MAX_DEPTH || nodes > MAX_NODES) {
      throw new SchemaError(
        `${where} is larger than ${MAX_DEPTH} levels or ${MAX_NODES} subschemas`,
        'Make it smaller, or describe the inner part in its description',
      );
    }
    for (const inner of Object.values(value)) walk(inner, depth + 1, [...above, value]);
  };
  walk(schema, 0, []);
}

/** Accepts only the dialect of MCP. Other dialects would be interpreted by rules they were not written for (U-2). */
export function requireDialect(schema: Readonly<Record<string, unknown>>, where: string): void {
  const dialect = schema['$schema'];
  if (dialect === undefined || (typeof dialect === 'string' && DIALECT.test(dialect))) return;
  throw new SchemaError(
    `${where} declares the dialect ${JSON.stringify(dialect)}`,
    'Write it for JSON Schema 2020-12 and omit $schema or set it to https://json-schema.org/draft/2020-12/schema',
  );
}
