import { isObject, type JsonObject } from './messages.js';

const isObjectRoot = (schema: unknown): schema is JsonObject => isObject(schema) && schema.type === 'object';

/** Keywords whose value is data: what looks like a reference in there is none. */
const DATA = new Set(['const', 'enum', 'default', 'examples']);
/** Where the wrapped schema lies now, for references that begin at the root. */
const WITHIN = '#/properties/result';

/**
 * Legacy revisions know object roots only: anything else travels as `{ result: … }`, schema and value alike (§2.6).
 *
 * @param schema of the output, as declared
 */
export function wrapOutputSchema(schema: unknown): JsonObject {
  if (isObjectRoot(schema)) return schema;
  if (!isObject(schema)) return wrapper(schema);
  // A `$schema` below the root is not allowed; with an `$id` of its own the references begin at itself.
  const { $schema, ...inner } = schema;
  const result = typeof inner.$id === 'string' ? inner : relocate(inner);
  return $schema === undefined ? wrapper(result) : { $schema, ...wrapper(result) };
}

export function wrapOutput(value: unknown, schema: unknown): unknown {
  if (value === undefined) return undefined;
  const wraps = schema === undefined ? !isObject(value) : !isObjectRoot(schema);
  return wraps ? { result: value } : value;
}

const wrapper = (result: unknown): JsonObject => ({ type: 'object', properties: { result }, required: ['result'] });

/** Points every `#` and `#/…` to where the root of the schema has gone; anchors (`#name`) are found wherever they are. */
function relocate(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(relocate);
  if (!isObject(node)) return node;
  const moved = Object.entries(node).map(([key, value]) => {
    if (DATA.has(key)) return [key, value];
    const pointer = (key === '$ref' || key === '$dynamicRef') && typeof value === 'string' && /^#(?:\/|$)/.test(value);
    return [key, pointer ? WITHIN + value.slice(1) : relocate(value)];
  });
  return Object.fromEntries(moved) as JsonObject;
}
