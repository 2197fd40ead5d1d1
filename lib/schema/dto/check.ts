import { pathTo } from '../path.js';
import { checkDeclared } from './check-declared.js';
import { toInstance } from './convert.js';
import type { Findings } from './findings.js';
import { inspect } from './inspect.js';
import { modelOf, type DtoModel, type PropertyModel } from './model.js';
import { absence, holds } from './presence.js';
import type { Rule } from './rule.js';

/**
 * Runs the rules of class-validator on an instance without the executor of class-validator, which filters the metadata
 * of all classes of the application and searches all validators again for each object.
 */
export function check(model: DtoModel, object: object, path: string, findings: Findings): void {
  for (const property of model.properties) {
    if (findings.full) return;
    checkProperty(property, object, path, findings);
  }
}

/** Checks a value of a union, which is plain JSON if it came from a client. */
export function checkModel(model: DtoModel, value: unknown, path: string, findings: Findings): void {
  const isInstance = value instanceof model.type;
  const before = findings.issues.length;
  // Rules may throw for the wrong shape, so they run only after it is known to be right.
  if (!isInstance) inspect(model, value, path, findings);
  if (findings.issues.length > before) return;
  check(model, isInstance ? value : toInstance(model, value as Record<string, unknown>), path, findings);
}

function checkProperty(property: PropertyModel, object: object, path: string, findings: Findings): void {
  // A getter may throw because of a value that is already known to be invalid. A getter without rules is not needed.
  if (property.computed && (property.rules.length === 0 || findings.issues.length > 0)) return;
  const value = (object as Record<string, unknown>)[property.key];
  if (property.conditions.length > 0 && !holds(property, object, value, findings)) return;
  if (value === undefined && property.documented.required === false) return;
  // Joining the path is most of the cost of a flat object, so it happens only if there is something to report.
  if (findings.issues.length > 0 && isKnownBad(property, pathTo(path, property.name), findings)) return;
  if (value === undefined && property.required) {
    return findings.add(pathTo(path, property.name), absence(property, object));
  }
  if (value === null && property.nullable) return;
  if (value !== undefined && !hasShape(property, value, path, findings)) return;
  if (value !== undefined && property.declared !== undefined)
    checkDeclared(property.declared, asJson(value), pathTo(path, property.name), findings, checkModel);
  for (const rule of property.rules) {
    if (!rule.applies(object, value)) continue;
    if (!rule.each || !isMany(value)) test(rule, property, object, value, path, undefined, findings);
    else eachOf(value, findings, (item, key) => test(rule, property, object, item, path, key, findings));
  }
  if (property.nested !== undefined) checkNested(property, value, pathTo(path, property.name), findings);
}

const isKnownBad = ({ nested }: PropertyModel, path: string, findings: Findings): boolean =>
  nested === undefined ? findings.hasWithin(path) : findings.has(path);

type Many = readonly unknown[] | ReadonlySet<unknown> | ReadonlyMap<unknown, unknown>;

const isMany = (value: unknown): value is Many => Array.isArray(value) || value instanceof Set || value instanceof Map;

function eachOf(many: Many, findings: Findings, visit: (item: unknown, key: PropertyKey) => void): void {
  if (many instanceof Map) {
    for (const [key, item] of many) if (!findings.full) visit(item, String(key));
    return;
  }
  const items = Array.isArray(many) ? many : [...many.values()];
  for (let index = 0; index < items.length && !findings.full; index += 1) visit(items[index], index);
}

function test(
  rule: Rule,
  property: PropertyModel,
  object: object,
  value: unknown,
  path: string,
  key: PropertyKey | undefined,
  findings: Findings,
): void {
  const passed = attempt(rule, object, value, findings);
  if (passed === true) return;
  const report = () => {
    const at = pathTo(path, property.name);
    findings.add(key === undefined ? at : pathTo(at, key), rule.message(object, value));
  };
  if (!isPromise(passed)) {
    if (!passed) report();
    return;
  }
  findings.pending.push(
    passed.then((passedLater) => {
      if (!passedLater) report();
    }),
  );
}

/**
 * A validator of the application may assume what another rule checks, such as `value.trim()` next to `@IsString`. Its
 * exception counts only if there is no other issue. It is then a fault of the validator and not an issue of the value.
 */
function attempt(rule: Rule, object: object, value: unknown, findings: Findings): boolean | Promise<boolean> {
  try {
    return rule.test(object, value);
  } catch (error) {
    if (rule.isBuiltIn) return false;
    findings.fault ??= { error };
    return true;
  }
}

/** Checks the types that the schema announces and that no rule checks. */
function hasShape(property: PropertyModel, value: unknown, path: string, findings: Findings): boolean {
  const { shape, enforcedType } = property;
  if (shape !== 'one' && !isMany(value)) {
    findings.add(pathTo(path, property.name), shape === 'map' ? 'must be an object' : 'must be an array');
    return false;
  }
  if (enforcedType === undefined) return true;
  const before = findings.issues.length;
  const must = (item: unknown, at: () => string) => {
    if (enforcedType === 'date' ? !isDate(item) : typeof item !== enforcedType)
      findings.add(at(), `must be a ${enforcedType === 'date' ? 'date-time string' : enforcedType}`);
  };
  const place = () => pathTo(path, property.name);
  if (shape === 'one') must(value, place);
  else eachOf(value as Many, findings, (item, key) => must(item, () => pathTo(place(), key)));
  return findings.issues.length === before;
}

const isDate = (value: unknown): boolean => value instanceof Date && !Number.isNaN(value.getTime());

/** Sets and maps as the JSON that they were read from. */
const asJson = (value: unknown): unknown =>
  value instanceof Set ? [...value] : value instanceof Map ? Object.fromEntries(value) : value;

const isPromise = (value: unknown): value is Promise<boolean> =>
  typeof (value as { then?: unknown })?.then === 'function';

function checkNested({ nested, shape }: PropertyModel, value: unknown, path: string, findings: Findings): void {
  if (value === undefined) return;
  const into = (item: unknown, at: string): void => {
    const model = typeof item === 'object' && item !== null ? modelOf(nested!, item) : undefined;
    if (model !== undefined && !Array.isArray(item)) check(model, item as object, at, findings);
    else if (!findings.hasWithin(at)) findings.add(at, 'must be an object');
  };
  if (shape === 'one') return into(value, path);
  if (!isMany(value)) return;
  eachOf(value, findings, (item, key) => into(item, pathTo(path, key)));
}
