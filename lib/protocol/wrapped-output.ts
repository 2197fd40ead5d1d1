import { isObject, type JsonObject } from './messages.js';

const isObjectRoot = (schema: unknown): schema is JsonObject => isObject(schema) && schema.type === 'object';

/** Keywords whose value is data, so that a `$ref` inside them is not a reference. */
const DATA = new Set(['const', 'enum', 'default', 'examples']);
/** The new location of the wrapped schema, for references that begin at the root. */
const WRAPPED_ROOT = '#/properties/result';

/**
 * Legacy revisions support only object roots. Any other schema, and its value, is wrapped as `{ result: … }` (§2.6).
 *
 * @param schema the output schema as declared
 */
export function wrapOutputSchema(schema: unknown): JsonObject {
  if (isObjectRoot(schema)) return schema;
  if (!isObject(schema)) return wrapper(schema);
  // `$schema` is allowed only at the root. References of a schema with an `$id` are relative to that schema already.
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

/** Points every `#` and `#/…` to the new location of the root. Anchors (`#name`) do not depend on their location. */
function relocate(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(relocate);
  if (!isObject(node)) return node;
  const moved = Object.entries(node).map(([key, value]) => {
    if (DATA.has(key)) return [key, value];
    const pointer = (key === '$ref' || key === '$dynamicRef') && typeof value === 'string' && /^#(?:\/|$)/.test(value);
    return [key, pointer ? WRAPPED_ROOT + value.slice(1) : relocate(value)];
  });
  return Object.fromEntries(moved) as JsonObject;
}
