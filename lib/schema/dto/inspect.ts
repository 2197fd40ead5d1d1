import { pathTo } from '../path.js';
import { Findings } from './findings.js';
import { isRecord } from './is-record.js';
import { modelOf, type DtoModel, type PropertyModel } from './model.js';
import { absence, holds } from './presence.js';

/**
 * Checks the raw JSON against the shape that the schema announces. class-validator alone is more permissive: it accepts
 * a list in place of an object and an object in place of a list, its whitelist accepts `constructor` and
 * `hasOwnProperty`, and it accepts a missing nested object.
 */
export function inspect(model: DtoModel, raw: unknown, path: string, findings: Findings, discriminator?: string): void {
  if (!isRecord(raw)) return findings.add(path, 'must be an object');
  if (!model.open) refuseUnknown(model, raw, path, findings, discriminator);
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

/** Whether the property has a structure of its own. The rules check bare values. */
const hasForm = ({ transformed, shape, nested, convertTo }: PropertyModel): boolean =>
  !transformed && (shape !== 'one' || nested !== undefined || convertTo === 'date');

function refuseUnknown(model: DtoModel, raw: object, path: string, findings: Findings, discriminator?: string): void {
  for (const name of Object.keys(raw)) {
    if (model.byName.has(name) || name === discriminator) continue;
    const known = [...model.byName.keys()].slice(0, 20).join(', ');
    findings.add(pathTo(path, name), `is not a known property${known && `; known are: ${known}`}`);
    if (findings.full) return;
  }
}

function isExempt(property: PropertyModel, raw: object, value: unknown): boolean {
  const { optional, conditions } = property;
  if (property.nullable && value === null) return true;
  if (conditions.length === 0) return false;
  // `@IsOptional` alone is the usual case and can be decided without calling its condition.
  if (optional && (value === null || conditions.length === 1)) return value === null;
  // A condition that throws here is ignored. It is evaluated again on the instance, which has its defaults.
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

function inspectOne({ nested, convertTo }: PropertyModel, value: unknown, path: string, findings: Findings): void {
  if (nested !== undefined) {
    if (!isRecord(value)) return findings.add(path, 'must be an object');
    const model = modelOf(nested, value);
    if (model !== undefined) return inspect(model, value, path, findings, nested.choice?.property);
    const { property, models } = nested.choice!;
    return findings.add(pathTo(path, property), `must be one of: ${[...models.keys()].join(', ')}`);
  }
  if (convertTo === 'date' && !(typeof value === 'string' || value instanceof Date)) {
    findings.add(path, 'must be a date-time string');
  }
}
