import { enumValues } from '../enum-values.js';
import { SchemaError, type DtoClass, type JsonSchema } from '../schema.js';
import type { SwaggerOptions } from './metadata.js';
import { isEnumObject, membersOf, typeOf } from './type.js';

/** The key of a class inside a JSON Schema whose classes are not yet replaced by their own schemas. */
export const CLASS = Symbol('class');

/** Finds the class that a `$ref` names. */
export type FindModel = (name: string) => Function | undefined;

type Draft = Record<PropertyKey, any>;

const COPIED = [
  'title',
  'description',
  'format',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'const',
  'default',
];
/** Keywords that swagger allows beside `isArray` and that mean each item. */
const OF_ITEMS = ['format', 'minLength', 'maxLength', 'minimum', 'maximum', 'pattern', 'enum', 'multipleOf'];
const SCALARS = new Map<unknown, JsonSchema>([
  [String, { type: 'string' }],
  [Number, { type: 'number' }],
  [Boolean, { type: 'boolean' }],
  [BigInt, { type: 'integer' }],
  [Object, { type: 'object' }],
  [Array, { type: 'array' }],
]);
const NAMED = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);

/**
 * The JSON Schema of one property or parameter, as the options of `@ApiProperty`, `@ApiQuery` or `@ApiParam` describe
 * it. OpenAPI's own words become those of JSON Schema. A class stays a class, under the key `CLASS`.
 */
export function keywordsOf(options: SwaggerOptions, find: FindModel, where: string): Draft {
  if (typeof options['$ref'] === 'string') return { [CLASS]: referred(options['$ref'], find, where) };
  const draft: Draft = {};
  for (const key of COPIED) if (options[key] !== undefined) draft[key] = options[key];
  if (options['pattern'] !== undefined) draft['pattern'] = sourceOf(options['pattern']);
  bounds(options, draft);
  const examples = examplesOf(options);
  if (examples !== undefined) draft['examples'] = examples;
  const inner = (schema: SwaggerOptions): Draft => keywordsOf(schema, find, where);
  for (const key of ['oneOf', 'anyOf', 'allOf']) if (Array.isArray(options[key])) draft[key] = options[key].map(inner);
  if (isSchema(options['not'])) draft['not'] = inner(options['not']);
  if (isSchema(options['items'])) draft['items'] = inner(options['items']);
  if (isSchema(options['properties'])) {
    draft['properties'] = Object.fromEntries(Object.entries(options['properties']).map(([k, v]) => [k, inner(v)]));
    if (Array.isArray(options['required'])) draft['required'] = options['required'];
  }
  const additional: unknown = options['additionalProperties'];
  if (additional !== undefined) draft['additionalProperties'] = isSchema(additional) ? inner(additional) : additional;
  const members = membersOf(options['enum']);
  if (members !== undefined) draft['enum'] = [...enumValues(members)];
  return options['nullable'] === true
    ? orNull(typed(options, draft, inner, where))
    : typed(options, draft, inner, where);
}

const isSchema = (value: unknown): value is SwaggerOptions => typeof value === 'object' && value !== null;

/** Puts the type, and the lists around it, to the other keywords. */
function typed(options: SwaggerOptions, draft: Draft, inner: (o: SwaggerOptions) => Draft, where: string): Draft {
  const { type, lists } = typeOf(options['type'], options['isArray']);
  const isArrayOfItems = lists > 0 && draft['items'] === undefined;
  const item: Draft = isArrayOfItems ? {} : draft;
  if (isArrayOfItems) {
    for (const key of OF_ITEMS.filter((one) => one in draft)) {
      item[key] = draft[key];
      delete draft[key];
    }
  }
  Object.assign(item, typeKeywords(type, draft, item, inner, where));
  if (!isArrayOfItems) return lists > 0 ? { ...draft, type: 'array' } : draft;
  let items: Draft = item;
  for (let n = 1; n < lists; n += 1) items = { type: 'array', items };
  return { ...draft, type: 'array', items };
}

function typeKeywords(
  type: unknown,
  draft: Draft,
  item: Draft,
  inner: (options: SwaggerOptions) => Draft,
  where: string,
): Draft {
  const combined = 'oneOf' in draft || 'anyOf' in draft || 'allOf' in draft;
  if (typeof type === 'string') return NAMED.has(type) && !combined ? { type } : {};
  // An emitted `Object` beside `enum` or `oneOf` is only what TypeScript makes of a union.
  if (combined || type === undefined || type === null || (type === Object && 'enum' in item)) return {};
  if (type === Array && 'items' in draft) return { type: 'array' };
  const scalar = SCALARS.get(type);
  if (scalar !== undefined) return scalar;
  if (typeof type === 'function') return { [CLASS]: type as DtoClass };
  if (typeof type !== 'object')
    throw new SchemaError(`The type of ${where} is a ${typeof type}`, 'Name a class or a JSON type');
  if (isEnumObject(type)) return { enum: [...enumValues(type)] };
  return literal(type as Record<string, SwaggerOptions>, inner);
}

/** An object type without a class, as the plugin writes it: its properties with their options. */
function literal(type: Record<string, SwaggerOptions>, inner: (options: SwaggerOptions) => Draft): Draft {
  const entries = Object.entries(type);
  const required = entries.filter(([, options]) => isRequired(options)).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, options]) => [name, inner(options)])),
    ...(required.length > 0 && { required }),
  };
}

/** Properties are required unless swagger is told otherwise. */
export function isRequired({ required, selfRequired }: SwaggerOptions): boolean {
  return typeof required === 'boolean' ? required : selfRequired !== false;
}

/** OpenAPI 3.0 says `exclusiveMinimum: true` beside `minimum`. */
function bounds(options: SwaggerOptions, draft: Draft): void {
  for (const [exclusive, bound] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    if (typeof options[exclusive] === 'number') draft[exclusive] = options[exclusive];
    else if (options[exclusive] === true && draft[bound] !== undefined) {
      draft[exclusive] = draft[bound];
      delete draft[bound];
    }
  }
}

/** The words stay outside, so that a client that looks at the property finds them. */
function orNull({ title, description, default: fallback, examples, ...schema }: Draft): Draft {
  const words = Object.entries({ title, description, default: fallback, examples }).filter(([, v]) => v !== undefined);
  // The spread of the rest leaves out nothing: it copies the class as well.
  return { ...Object.fromEntries(words), anyOf: [schema, { type: 'null' }] };
}

function examplesOf({ example, examples }: SwaggerOptions): unknown[] | undefined {
  if (Array.isArray(examples)) return examples;
  if (isSchema(examples))
    return Object.values(examples).map((one) => (isSchema(one) && 'value' in one ? one['value'] : one));
  return example === undefined ? undefined : [example];
}

const sourceOf = (pattern: unknown): string => (pattern instanceof RegExp ? pattern.source : String(pattern));

function referred(ref: string, find: FindModel, where: string): Function {
  const name = ref.slice(ref.lastIndexOf('/') + 1);
  const model = find(name);
  if (model !== undefined) return model;
  throw new SchemaError(
    `${where} refers to ${ref}, a class that is not known`,
    `Put @ApiExtraModels(${name}) on its class`,
  );
}
