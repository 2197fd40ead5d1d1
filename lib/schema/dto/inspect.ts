import { pathTo } from '../path.js';
import { absence, holds } from './check.js';
import { Findings } from './findings.js';
import { isRecord } from './is-record.js';
import { modelOf, type DtoModel, type PropertyModel } from './model.js';

/**
 * Holds the raw JSON against the shape that the schema announces. class-validator alone is wider: it takes a list where
 * one object belongs and one object where a list belongs, lets `constructor` and `hasOwnProperty` through its whitelist,
 * and never minds the absence of a nested object.
 */
export function inspect(model: DtoModel, raw: unknown, path: string, findings: Findings, tell?: string): void {
  if (!isRecord(raw)) return findings.add(path, 'must be an object');
  if (!model.open) refuseUnknown(model, raw, path, findings, tell);
  for (const property of model.properties) {
    if (findings.full) return;
    const value = Object.hasOwn(raw, property.name) ? raw[property.name] : undefined;
    if (value === undefined) {
      if (property.required) findings.add(pathTo(path, property.name), absence(property, raw));
    } else if (hasForm(property) && !isExempt(property, raw, value)) {
      inspectProperty(property, value, pathTo(path, property.name), findings);
    }
  }
}

/** Whether there is more to it than a bare value, which the rules look at. */
const hasForm = ({ transformed, shape, nested, made }: PropertyModel): boolean =>
  !transformed && (shape !== 'one' || nested !== undefined || made === 'date');

function refuseUnknown(model: DtoModel, raw: object, path: string, findings: Findings, tell?: string): void {
  for (const name of Object.keys(raw)) {
    if (model.byName.has(name) || name === tell) continue;
    const known = [...model.byName.keys()].slice(0, 20).join(', ');
    findings.add(pathTo(path, name), `is not a known property${known && `; known are: ${known}`}`);
    if (findings.full) return;
  }
}

function isExempt(property: PropertyModel, raw: object, value: unknown): boolean {
  const { optional, conditions } = property;
  if (conditions.length === 0) return false;
  // The usual case, `@IsOptional` alone, without asking it.
  if (optional && (value === null || conditions.length === 1)) return value === null;
  // Whether it throws is only known for the instance, which has its defaults.
  return !holds(property, raw, value, new Findings());
}

function inspectProperty(property: PropertyModel, value: unknown, path: string, findings: Findings): void {
  if (property.shape === 'one') return inspectOne(property, value, path, findings);
  if (property.shape === 'map') {
    if (!isRecord(value)) return findings.add(path, 'must be an object');
    for (const name of Object.keys(value)) {
      if (findings.full) return;
      inspectOne(property, value[name], pathTo(path, name), findings);
    }
    return;
  }
  if (!Array.isArray(value)) return findings.add(path, 'must be an array');
  for (let index = 0; index < value.length && !findings.full; index += 1) {
    inspectOne(property, value[index], pathTo(path, index), findings);
  }
}

function inspectOne({ nested, made }: PropertyModel, value: unknown, path: string, findings: Findings): void {
  if (nested !== undefined) {
    if (!isRecord(value)) return findings.add(path, 'must be an object');
    const model = modelOf(nested, value);
    if (model !== undefined) return inspect(model, value, path, findings, nested.choice?.property);
    const { property, models } = nested.choice!;
    return findings.add(pathTo(path, property), `must be one of: ${[...models.keys()].join(', ')}`);
  }
  if (made === 'date' && !(typeof value === 'string' || value instanceof Date)) {
    findings.add(path, 'must be a date-time string');
  }
}
