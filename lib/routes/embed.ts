import type { JsonSchema } from '../schema/index.js';

/** The definitions that the schema of the tool collects, by name. */
export type Definitions = Record<string, JsonSchema>;

/**
 * Makes a schema fit to be a part of another: its definitions move to the root of that one, and a class that refers to
 * itself becomes a definition.
 */
export function embed({ $defs, ...schema }: JsonSchema, name: string, definitions: Definitions): JsonSchema {
  const text = JSON.stringify({ schema, $defs });
  if (!text.includes('"$ref":"#')) return schema;
  const prefix = freeName(name.replace(/[^\w.-]/g, '') || 'Object', definitions);
  const renamed = (ref: string): string =>
    ref === '#' ? `#/$defs/${prefix}` : ref.replace('#/$defs/', `#/$defs/${prefix}.`);
  const rewritten = JSON.parse(text, (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' ? renamed(value) : value,
  ) as { schema: JsonSchema; $defs?: Definitions };
  for (const [inner, one] of Object.entries(rewritten.$defs ?? {})) definitions[`${prefix}.${inner}`] = one;
  if (text.includes('"$ref":"#"')) definitions[prefix] = rewritten.schema;
  return rewritten.schema;
}

function freeName(base: string, definitions: Definitions): string {
  let name = base;
  const taken = (one: string) => Object.keys(definitions).some((key) => key === one || key.startsWith(`${one}.`));
  for (let n = 2; taken(name); n += 1) name = `${base}${n}`;
  return name;
}
