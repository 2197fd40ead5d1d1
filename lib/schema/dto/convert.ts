import { isRecord } from './is-record.js';
import { modelOf, type DtoModel, type Made, type PropertyModel } from './model.js';

/**
 * A fresh instance filled from JSON. Does what `plainToInstance` does for classes without `@Transform`, `@Expose` and
 * `@Exclude`, and leaves alone what does not fit, for the rules to refuse. It also does not take a property named
 * `constructor` for a constructor, does not change the arguments it reads, and reads `'false'` as false.
 */
export function toInstance(model: DtoModel, raw: Record<string, unknown>): object {
  const instance = new model.type() as Record<string, unknown>;
  for (const name of Object.keys(raw)) {
    const property = model.byName.get(name);
    if (property !== undefined) put(instance, property, raw[name]);
    // On an open class: nothing that shadows a method or reaches the prototype.
    else if (model.open && !(name in model.type.prototype)) instance[name] = raw[name];
  }
  return instance;
}

/**
 * A plain object that a handler typed as the class and returned, with the getters and dates of the class. No constructor
 * runs and no default is applied: what the handler left out stays out.
 */
export function toLookAlike(model: DtoModel, value: Record<string, unknown>): object {
  const alike = Object.create(model.type.prototype as object) as Record<string, unknown>;
  for (const property of model.properties) {
    if (!Object.hasOwn(value, property.key)) continue;
    const inner = convertProperty(property, value[property.key], toLookAlike);
    if (property.computed) Object.defineProperty(alike, property.key, { value: inner });
    else alike[property.key] = inner;
  }
  if (model.open) for (const name of Object.keys(value)) if (!(name in alike)) alike[name] = value[name];
  return alike;
}

type Build = (model: DtoModel, value: Record<string, unknown>) => object;

function put(instance: Record<string, unknown>, property: PropertyModel, value: unknown): void {
  // Models say null for "not given". Where the class has a default, that is what a handler expects to see.
  if (value === null && property.optional && property.initial !== undefined) return;
  instance[property.key] = convertProperty(property, value, toInstance);
}

function convertProperty(property: PropertyModel, value: unknown, build: Build): unknown {
  if (
    property.nested === undefined &&
    property.made === undefined &&
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

function convertOne({ nested, made }: PropertyModel, value: unknown, build: Build): unknown {
  if (nested === undefined) return made === undefined ? value : make(made, value);
  if (!isRecord(value)) return value;
  const model = modelOf(nested, value);
  if (model === undefined || value instanceof model.type) return value;
  const { choice } = nested;
  if (choice === undefined || model.byName.has(choice.property)) return build(model, value);
  const { [choice.property]: tell, ...rest } = value;
  const instance = build(model, rest) as Record<string, unknown>;
  if (choice.keep) instance[choice.property] = tell;
  return instance;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A scalar read as another; what cannot be read that way stays, so that the rule names the mistake. */
export function make(made: Made, value: unknown): unknown {
  switch (made) {
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
