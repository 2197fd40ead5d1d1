import { isRecord } from './is-record.js';
import { modelOf, type DtoModel, type ConversionTarget, type PropertyModel } from './model.js';

/**
 * Creates an instance from JSON, as `plainToInstance` does for classes without `@Transform`, `@Expose` and `@Exclude`.
 * Values that do not match stay unchanged, so that the rules reject them. Unlike `plainToInstance`, it does not mistake
 * a property named `constructor` for a constructor, does not modify its input, and converts `'false'` to false.
 */
export function toInstance(model: DtoModel, raw: Record<string, unknown>): object {
  const instance = new model.type() as Record<string, unknown>;
  for (const name of Object.keys(raw)) {
    const property = model.byName.get(name);
    if (property !== undefined) put(instance, property, raw[name]);
    // An undeclared property of an open class must not shadow a method or reach the prototype.
    else if (model.open && !(name in model.type.prototype)) instance[name] = raw[name];
  }
  return instance;
}

/**
 * Gives a plain object returned by a handler the getters and dates of the class. It runs no constructor and applies no
 * defaults, so properties that the handler omitted remain absent.
 */
export function toUnconstructedInstance(model: DtoModel, value: Record<string, unknown>): object {
  const instance = Object.create(model.type.prototype as object) as Record<string, unknown>;
  for (const property of model.properties) {
    if (!Object.hasOwn(value, property.key)) continue;
    const inner = convertProperty(property, value[property.key], toUnconstructedInstance);
    if (property.computed) Object.defineProperty(instance, property.key, { value: inner });
    else instance[property.key] = inner;
  }
  if (model.open) for (const name of Object.keys(value)) if (!(name in instance)) instance[name] = value[name];
  return instance;
}

type Build = (model: DtoModel, value: Record<string, unknown>) => object;

function put(instance: Record<string, unknown>, property: PropertyModel, value: unknown): void {
  // Models use null for "not given". If the class has a default, a handler expects the default.
  if (value === null && property.optional && property.initial !== undefined) return;
  instance[property.key] = convertProperty(property, value, toInstance);
}

function convertProperty(property: PropertyModel, value: unknown, build: Build): unknown {
  if (
    property.nested === undefined &&
    property.convertTo === undefined &&
    property.shape !== 'set' &&
    property.shape !== 'map'
  )
    return value;
  const { shape } = property;
  if (shape === 'list' && Array.isArray(value)) return value.map((item) => convertOne(property, item, build));
  if (shape === 'set' && Array.isArray(value)) return new Set(value.map((item) => convertOne(property, item, build)));
  if (shape === 'map' && isRecord(value)) {
    return new Map(Object.entries(value).map(([name, item]) => [name, convertOne(property, item, build)]));
  }
  return shape === 'one' ? convertOne(property, value, build) : value;
}

function convertOne({ nested, convertTo }: PropertyModel, value: unknown, build: Build): unknown {
  if (nested === undefined) return convertTo === undefined ? value : convertScalar(convertTo, value);
  if (!isRecord(value)) return value;
  const model = modelOf(nested, value);
  if (model === undefined || value instanceof model.type) return value;
  const { choice } = nested;
  if (choice === undefined || model.byName.has(choice.property)) return build(model, value);
  const { [choice.property]: discriminator, ...rest } = value;
  const instance = build(model, rest) as Record<string, unknown>;
  if (choice.keep) instance[choice.property] = discriminator;
  return instance;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Converts a scalar to another type. A value that cannot be converted stays unchanged, so that a rule reports it. */
export function convertScalar(convertTo: ConversionTarget, value: unknown): unknown {
  switch (convertTo) {
    case 'date':
      return typeof value === 'string' ? new Date(value) : value;
    case 'number':
      return typeof value === 'string' && NUMBER.test(value.trim()) ? Number(value) : value;
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : value;
    case 'string':
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  }
}
