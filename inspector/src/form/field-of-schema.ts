import { localRef } from '../../../lib/schema/local-ref.js';
import type { Field, Option, Schema, TextField } from './field.js';

/** Deeper than people fill in forms; a schema that contains itself ends here as well. */
const MAX_DEPTH = 6;
/** A text that may be longer gets several lines. */
const ONE_LINE = 200;

const INPUTS: Readonly<Record<string, TextField['input']>> = {
  email: 'email',
  uri: 'url',
  date: 'date',
  'date-time': 'datetime-local',
  time: 'time',
};

/** The fields of the arguments that a schema describes. */
export function fieldOfSchema(schema: unknown): Field {
  const root = (typeof schema === 'object' && schema !== null ? schema : {}) as Schema;
  return new Reading(root).field(root, '', true, 0);
}

class Reading {
  constructor(private readonly root: Schema) {}

  field(given: Schema | boolean, name: string, isRequired: boolean, depth: number): Field {
    const schema = this.#resolve(given);
    const { title, description } = schema;
    const common = {
      name,
      label: title ?? name,
      isRequired,
      ...(description !== undefined && { description }),
      ...(schema.default !== undefined && { initial: schema.default }),
    };
    if (depth > MAX_DEPTH) return { ...common, kind: 'json' };
    if (schema.const !== undefined) return { ...common, kind: 'constant', value: schema.const };
    const options = optionsOf(schema);
    if (options) return { ...common, kind: 'choice', options };
    const variants = this.#alternatives(schema);
    if (variants) return this.#variants(variants, common, depth);
    switch (typeOf(schema)) {
      case 'string':
        return { ...common, kind: 'text', ...textOf(schema) };
      case 'integer':
      case 'number':
        return { ...common, kind: 'number', ...numberOf(schema) };
      case 'boolean':
        return isRequired || 'initial' in common
          ? { ...common, kind: 'switch' }
          : { ...common, kind: 'choice', options: [true, false].map((value) => ({ value, label: String(value) })) };
      case 'object':
        return this.#group(schema, common, depth);
      case 'array':
        return this.#list(schema, common, depth);
      default:
        return { ...common, kind: 'json' };
    }
  }

  /** The forms to choose from. Alternatives that only say more about the same properties are none. */
  #alternatives(schema: Schema): readonly Schema[] | undefined {
    const { oneOf, anyOf, ...base } = schema;
    const alternatives = (oneOf ?? anyOf)?.map((one) => this.#resolve(one));
    if (!base.properties) return alternatives;
    const areForms = alternatives?.every((one) => one.properties !== undefined);
    return areForms ? alternatives!.map((one) => merge(base, one)) : undefined;
  }

  #variants(schemas: readonly Schema[], common: Common, depth: number): Field {
    const wanted = schemas.map((one) => this.#resolve(one)).filter((one) => one.type !== 'null');
    const variants = wanted.map((one, index) => ({
      ...this.field(one, '', true, depth + 1),
      label: one.title ?? variantLabel(one, index),
    }));
    // `anyOf: [something, null]` is how some libraries write an optional value.
    if (variants.length === 1) return { ...variants[0]!, ...common };
    return variants.length === 0 ? { ...common, kind: 'json' } : { ...common, kind: 'variants', variants };
  }

  #group(schema: Schema, common: Common, depth: number): Field {
    const { properties = {}, required = [] } = schema;
    const entries = Object.entries(properties);
    // An object of any properties; the whole form is an empty group instead.
    if (entries.length === 0 && depth > 0) return { ...common, kind: 'json' };
    const fields = entries.map(([name, one]) => this.field(one, name, required.includes(name), depth + 1));
    return { ...common, kind: 'group', fields };
  }

  #list(schema: Schema, common: Common, depth: number): Field {
    const { items = {}, minItems = 0, maxItems = Infinity } = schema;
    const resolved = this.#resolve(items);
    const options = optionsOf(resolved);
    if (options) return { ...common, kind: 'choices', options };
    const item = this.field(resolved, '', true, depth + 1);
    return item.kind === 'json' ? { ...common, kind: 'json' } : { ...common, kind: 'list', item, minItems, maxItems };
  }

  /** Follows references inside of the schema, and takes together what `allOf` says in parts. */
  #resolve(given: Schema | boolean, depth = 0): Schema {
    if (typeof given === 'boolean' || depth > MAX_DEPTH) return {};
    const { $ref, allOf, ...own } = given;
    const parts = [...(allOf ?? []), ...($ref === undefined ? [] : [this.#target($ref)])];
    return parts.map((part) => this.#resolve(part, depth + 1)).reduce<Schema>((whole, part) => merge(part, whole), own);
  }

  #target(reference: string): Schema {
    const target = localRef(reference, this.root as Record<string, unknown>);
    return typeof target === 'object' && target !== null ? target : {};
  }
}

type Common = Pick<Field, 'name' | 'label' | 'isRequired' | 'description' | 'initial'>;

function merge(under: Schema, over: Schema): Schema {
  const properties = { ...under.properties, ...over.properties };
  const required = [...(under.required ?? []), ...(over.required ?? [])];
  return {
    ...under,
    ...over,
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required }),
  };
}

/** The first type that is not `null`; a schema that names none is what its other keywords are about. */
function typeOf({ type, properties, items, required }: Schema): string | undefined {
  if (type !== undefined) return typeof type === 'string' ? type : type.find((one) => one !== 'null');
  if (properties || required) return 'object';
  return items === undefined ? undefined : 'array';
}

/** Its values, if it has only certain ones: `enum`, or titles with `oneOf` and `const`. */
function optionsOf(schema: Schema): readonly Option[] | undefined {
  const { enum: values, enumNames = [] } = schema;
  if (values) return values.map((value, index) => ({ value, label: enumNames[index] ?? textOfValue(value) }));
  const titled = schema.oneOf ?? schema.anyOf;
  if (!titled || titled.length === 0 || titled.some((one) => one.const === undefined)) return undefined;
  return titled.map((one) => ({ value: one.const, label: one.title ?? textOfValue(one.const) }));
}

const textOfValue = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** What tells a variant from the others: the constant that discriminates, or its type. */
function variantLabel(schema: Schema, index: number): string {
  const constants = Object.values(schema.properties ?? {}).flatMap((one) =>
    typeof one === 'object' && one.const !== undefined ? [textOfValue(one.const)] : [],
  );
  return constants[0] ?? typeOf(schema) ?? `Variant ${index + 1}`;
}

function textOf({
  format = '',
  minLength,
  maxLength,
  pattern,
  examples,
}: Schema): Omit<TextField, keyof Common | 'kind'> {
  const input = INPUTS[format] ?? (maxLength !== undefined && maxLength > ONE_LINE ? 'multiline' : 'text');
  const [example] = examples ?? [];
  return {
    input,
    ...(typeof example === 'string' && { placeholder: example }),
    ...(minLength !== undefined && { minLength }),
    ...(maxLength !== undefined && { maxLength }),
    ...(pattern !== undefined && { pattern }),
  };
}

const numberOf = (schema: Schema): { isInteger: boolean; minimum?: number; maximum?: number } => ({
  isInteger: typeOf(schema) === 'integer',
  ...(schema.minimum !== undefined && { minimum: schema.minimum }),
  ...(schema.maximum !== undefined && { maximum: schema.maximum }),
});
