import { checkModel } from './check.js';
import { conforms } from './check-declared.js';
import { isRecord } from './is-record.js';
import { MODEL, modelOf, type DeclaredSchema, type DtoModel, type PropertyModel } from './model.js';

/**
 * The JSON of a value with only the declared properties. The client validates the result against the announced schema,
 * and an entity returned as a DTO must not leak the columns the DTO omits. An optional `null` is omitted, because the
 * announced type does not include `null`.
 */
export function toPlain(model: DtoModel, value: object, nameOf: 'key' | 'name'): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  const from = value as Record<string, unknown>;
  for (const property of model.properties) {
    const inner = from[property[nameOf]];
    if (inner === undefined || (inner === null && property.optional && !allowsNull(property))) continue;
    plain[property.name] = plainProperty(property, inner, nameOf);
  }
  if (model.open) {
    const known = new Set(model.properties.map((property) => property[nameOf]));
    for (const name of Object.keys(from)) if (!known.has(name) && name !== '__proto__') plain[name] = from[name];
  }
  return plain;
}

const allowsNull = ({ documented, nullable }: PropertyModel): boolean =>
  nullable ||
  [documented.schema?.['type']].flat().includes('null') ||
  JSON.stringify(documented.schema?.['anyOf'] ?? documented.schema?.['oneOf'] ?? '').includes('"null"');

function plainProperty(property: PropertyModel, value: unknown, nameOf: 'key' | 'name'): unknown {
  const one = (item: unknown) => plainOne(property, item, nameOf);
  if (property.declared !== undefined && property.nested === undefined && property.convertTo === undefined)
    return plainDeclared(property.declared, value instanceof Set ? [...value] : value, nameOf);
  if (Array.isArray(value)) return property.nested || property.convertTo === 'date' ? value.map(one) : value;
  if (value instanceof Set) return [...value].map(one);
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, item]) => [String(name), one(item)]));
  if (property.shape === 'map' && isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, one(item)]));
  }
  return one(value);
}

function plainOne({ nested }: PropertyModel, value: unknown, nameOf: 'key' | 'name'): unknown {
  if (value instanceof Date) return value.toISOString();
  if (nested === undefined || !isRecord(value)) return value;
  const model = modelOf(nested, value);
  if (model === undefined) return value;
  const plain = toPlain(model, value, nameOf);
  if (nested.choice !== undefined) plain[nested.choice.property] = discriminatorOf(nested.choice.models, model);
  return plain;
}

/** Only what the models inside a declared schema declare. A union sends what the branch that fits declares. */
function plainDeclared(schema: DeclaredSchema, value: unknown, nameOf: 'key' | 'name'): unknown {
  if (value instanceof Date) return value.toISOString();
  const model = schema[MODEL];
  if (model !== undefined) return isRecord(value) ? toPlain(model, value, nameOf) : value;
  const { anyOf, oneOf, items } = schema as Record<string, any>;
  const branch = (anyOf ?? oneOf)?.find((one: DeclaredSchema) => conforms(one, value, checkModel));
  if (branch !== undefined) return plainDeclared(branch, value, nameOf);
  if (Array.isArray(value) && items !== undefined) return value.map((item) => plainDeclared(items, item, nameOf));
  const properties = (schema['properties'] ?? {}) as Record<string, DeclaredSchema>;
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value instanceof Map ? Object.fromEntries(value) : value).map(([name, member]) => [
      name,
      Object.hasOwn(properties, name) ? plainDeclared(properties[name]!, member, nameOf) : member,
    ]),
  );
}

const discriminatorOf = (models: ReadonlyMap<string, DtoModel>, wanted: DtoModel): string | undefined =>
  [...models].find(([, model]) => model === wanted)?.[0];
