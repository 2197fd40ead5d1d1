import type { DtoClass } from '../schema.js';
import { swaggerModelsOf, swaggerPropertiesOf, type SwaggerOptions } from '../swagger/metadata.js';
import { CLASS, isRequired, keywordsOf } from '../swagger/keywords.js';
import type { ClassReader } from './class-reader.js';
import {
  MODEL,
  type Choice,
  type DeclaredSchema,
  type DtoModel,
  type Nested,
  type PropertyModel,
  type Shape,
} from './model.js';

/** What @nestjs/swagger says of a property that has no rules. */
export interface Declaration {
  readonly shape: Shape;
  readonly nested: Nested | undefined;
  readonly isDate: boolean;
  /** The keywords of the whole value, or of the list alone if its items are instances or dates. */
  readonly schema: DeclaredSchema;
  readonly nullable: boolean;
  readonly required: boolean;
}

type Draft = Record<PropertyKey, any>;

/** Reads the swagger options of one property. `undefined` if there are none. */
export function declarationOf(reader: ClassReader, owner: DtoModel, key: string): Declaration | undefined {
  const options = swaggerPropertiesOf(owner.type).get(key);
  if (options === undefined) return undefined;
  const models = swaggerModelsOf(owner.type);
  const where = `${owner.name}.${key}`;
  const base = { nullable: options['nullable'] === true, required: isRequired(options) };
  const choice = choiceOf(reader, options, models);
  const {
    title: _t,
    description: _d,
    default: _f,
    examples: _e,
    ...schema
  } = keywordsOf({ ...options, nullable: false }, (name) => models.get(name), where) as Draft;
  const items = schema['items'] as Draft | undefined;
  const many = schema['type'] === 'array' && items !== undefined;
  const held = many ? items : schema;
  const shape = shapeOf(Reflect.getMetadata('design:type', owner.type.prototype as object, key), many);
  const type = held[CLASS] as Function | undefined;
  const isDate = type === Date;
  if (choice === undefined && type === undefined)
    return {
      ...base,
      shape: shape === 'list' ? 'one' : shape,
      nested: undefined,
      isDate,
      schema: resolved(reader, schema),
    };
  const nested = choice ?? (isDate ? undefined : { model: reader.read(type as DtoClass), choice: undefined });
  const { items: _items, [CLASS]: _class, oneOf: _oneOf, ...rest } = schema;
  return { ...base, shape, nested, isDate, schema: many ? (rest as DeclaredSchema) : {} };
}

const shapeOf = (design: unknown, many: boolean): Shape =>
  design === Map ? 'map' : !many ? 'one' : design === Set ? 'set' : 'list';

/** Puts models in place of classes, so that they are read once and may be recursive. */
function resolved(reader: ClassReader, schema: Draft): DeclaredSchema {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    const { [CLASS]: type, ...rest } = value as Draft;
    const inner = Object.fromEntries(Object.entries(rest).map(([key, one]) => [key, DATA.has(key) ? one : walk(one)]));
    if (type === undefined) return inner;
    if (type === Date) return { type: 'string', format: 'date-time', ...inner };
    return { ...inner, [MODEL]: reader.read(type as DtoClass) };
  };
  return walk(schema) as DeclaredSchema;
}

const DATA = new Set(['enum', 'const', 'default', 'examples']);

/** `oneOf` of classes with a discriminator: which class it is can be told without trying. */
function choiceOf(
  reader: ClassReader,
  options: SwaggerOptions,
  models: ReadonlyMap<string, Function>,
): Nested | undefined {
  const { oneOf, discriminator } = (options['oneOf'] ? options : (options['items'] ?? {})) as SwaggerOptions;
  if (!Array.isArray(oneOf) || typeof discriminator?.propertyName !== 'string') return undefined;
  const classOf = (ref: unknown): Function | undefined =>
    models.get(String(ref).slice(String(ref).lastIndexOf('/') + 1));
  const mapping = (discriminator.mapping ?? {}) as Record<string, string>;
  const named =
    Object.keys(mapping).length > 0 ? Object.entries(mapping) : oneOf.map(({ $ref }) => [classOf($ref)?.name, $ref]);
  const classes = named.map(([value, ref]) => [value, classOf(ref)] as const);
  if (classes.some(([value, type]) => value === undefined || type === undefined)) return undefined;
  const read = new Map(classes.map(([value, type]) => [value as string, reader.read(type as DtoClass)]));
  const choice: Choice = {
    property: discriminator.propertyName as string,
    keep: true,
    models: read,
    byType: new Map([...read.values()].map((model) => [model.type, model])),
  };
  return { model: undefined, choice };
}

/** Whether swagger keeps a property out of this direction: `readOnly` in arguments, `writeOnly` in results. */
export function isHidden(type: Function, key: string, direction: 'input' | 'output'): boolean {
  const options = swaggerPropertiesOf(type).get(key);
  return options?.[direction === 'input' ? 'readOnly' : 'writeOnly'] === true;
}

/** The words of swagger about a property, for those that `@McpProperty` does not set. */
export function swaggerWords(type: Function, key: string): Partial<PropertyModel['documented']> {
  const options = swaggerPropertiesOf(type).get(key);
  if (options === undefined) return {};
  const { title, description, default: fallback, examples } = keywordsOf(WORDS(options), () => undefined, key) as Draft;
  return {
    ...(typeof title === 'string' && { title }),
    ...(typeof description === 'string' && { description }),
    ...(fallback !== undefined && { default: fallback }),
    ...(examples !== undefined && { examples }),
  };
}

const WORDS = ({
  title,
  description,
  default: fallback,
  example,
  examples,
  deprecated,
}: SwaggerOptions): SwaggerOptions => ({
  title,
  description: deprecated === true ? `${description ?? ''} Deprecated.`.trim() : description,
  default: fallback,
  example,
  examples,
});
