import { isRecord } from './is-record.js';
import { modelOf, type DtoModel, type PropertyModel } from './model.js';

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

const allowsNull = ({ documented }: PropertyModel): boolean =>
  [documented.schema?.['type']].flat().includes('null') ||
  JSON.stringify(documented.schema?.['anyOf'] ?? documented.schema?.['oneOf'] ?? '').includes('"null"');

function plainProperty(property: PropertyModel, value: unknown, nameOf: 'key' | 'name'): unknown {
  const one = (item: unknown) => plainOne(property, item, nameOf);
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

const discriminatorOf = (models: ReadonlyMap<string, DtoModel>, wanted: DtoModel): string | undefined =>
  [...models].find(([, model]) => model === wanted)?.[0];
