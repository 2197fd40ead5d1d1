import { compileSchema, type CompiledSchema, type JsonSchema, type SchemaSource } from '../schema/index.js';
import type { Route } from './route.js';
import { apiResponse } from './swagger.js';

const NO_CLASS: readonly unknown[] = [
  undefined,
  null,
  Object,
  Function,
  Array,
  Promise,
  Map,
  Set,
  Date,
  Buffer,
  Symbol,
];
const SCALARS: readonly unknown[] = [String, Number, Boolean];

/**
 * The schema of a route's result, from the type of its response. A route answers with the JSON of what it returns, and
 * may have more members than its documented type, or `null` in one that is optional; so the schema says.
 *
 * @returns `undefined` if nothing describes the response
 */
export async function routeOutput({ type, method, handler }: Route): Promise<CompiledSchema | undefined> {
  const returned: unknown = Reflect.getMetadata('design:returntype', type.prototype as object, method);
  const response = apiResponse(handler) ?? { type: returned, isArray: false };
  if (NO_CLASS.includes(response.type) || SCALARS.includes(response.type)) return undefined;
  const where = `the response of ${type.name}.${method}`;
  let printed: JsonSchema;
  try {
    printed = (await compileSchema(response.type as SchemaSource, { direction: 'output', where })).jsonSchema;
  } catch {
    // A class without any description, such as an entity or RxJS's Observable, promises nothing.
    return undefined;
  }
  const { $defs, ...one } = opened(printed) as JsonSchema;
  // A reference to the root would mean the list.
  if (response.isArray && JSON.stringify(printed).includes('"$ref":"#"')) return undefined;
  const schema = response.isArray
    ? { type: 'array', items: one, ...($defs !== undefined && { $defs }) }
    : opened(printed);
  const compiled = await compileSchema(schema as JsonSchema, { direction: 'output', where });
  return { ...compiled, validate: (value) => compiled.validate(asJson(value)) };
}

/** Allows further members, and `null` in optional ones: a database has it there, and JSON over HTTP too. */
function opened(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(opened);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { additionalProperties, ...rest } = schema as Record<string, unknown>;
  const kept = additionalProperties === false || additionalProperties === undefined ? {} : { additionalProperties };
  const required = (rest['required'] ?? []) as unknown[];
  return Object.fromEntries(
    Object.entries({ ...rest, ...kept }).map(([key, value]) => [
      key,
      key === 'properties'
        ? withNulls(value as Record<string, unknown>, required)
        : LITERAL.includes(key)
          ? value
          : opened(value),
    ]),
  );
}

/** Keywords whose value is no schema. */
const LITERAL = ['enum', 'const', 'default', 'examples', 'required'];

const withNulls = (properties: Record<string, unknown>, required: readonly unknown[]): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => {
      const one = opened(schema) as Record<string, unknown>;
      return [
        name,
        required.includes(name) || Object.keys(one).length === 0 ? one : { anyOf: [one, { type: 'null' }] },
      ];
    }),
  );

function asJson(value: unknown): unknown {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}
