import { pathTo } from '../path.js';
import { Findings } from './findings.js';
import { isRecord } from './is-record.js';
import { MODEL, type DeclaredSchema, type DtoModel } from './model.js';

/** Checks a value of a class inside a declared schema. Given, because that in turn may check declared schemas. */
export type CheckModel = (model: DtoModel, value: unknown, path: string, findings: Findings) => void;

/** Checks a value against the keywords that swagger declares, of which `keywordsOf()` writes no others. */
export function checkDeclared(
  schema: DeclaredSchema,
  value: unknown,
  path: string,
  findings: Findings,
  checkModel: CheckModel,
): void {
  const model = schema[MODEL];
  if (model !== undefined) return checkModel(model, value, path, findings);
  const problem = combined(schema, value, checkModel) ?? problemOf(schema, value);
  if (problem !== undefined) return findings.add(path, problem);
  if (isRecord(value)) checkMembers(schema, value, path, findings, checkModel);
  const items = schema['items'] as DeclaredSchema | undefined;
  if (items === undefined || !Array.isArray(value)) return;
  for (let index = 0; index < value.length && !findings.full; index += 1)
    checkDeclared(items, value[index], pathTo(path, index), findings, checkModel);
}

/** Whether a value conforms, for the branches of a union. */
export function conforms(schema: DeclaredSchema, value: unknown, checkModel: CheckModel): boolean {
  const findings = new Findings();
  checkDeclared(schema, value, '', findings, checkModel);
  return findings.issues.length === 0;
}

function combined(schema: DeclaredSchema, value: unknown, checkModel: CheckModel): string | undefined {
  const fits = (one: DeclaredSchema): boolean => conforms(one, value, checkModel);
  const { anyOf, oneOf, allOf } = schema as Record<string, readonly DeclaredSchema[] | undefined>;
  if (anyOf && !anyOf.some(fits)) return 'must have one of the allowed forms';
  if (oneOf && oneOf.filter(fits).length !== 1) return 'must have exactly one of the allowed forms';
  if (allOf && !allOf.every(fits)) return 'must have all of the required forms';
  if (schema['not'] !== undefined && fits(schema['not'] as DeclaredSchema)) return 'has a value that is not allowed';
  return undefined;
}

type Test = (limit: any, value: any) => string | undefined;
const when = (fine: boolean, otherwise: string): string | undefined => (fine ? undefined : otherwise);
const length = (text: string): number => [...text].length;

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string' || value instanceof Date,
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  integer: (value) => Number.isInteger(value) || typeof value === 'bigint',
  boolean: (value) => typeof value === 'boolean',
  array: (value) => Array.isArray(value),
  object: isRecord,
  null: (value) => value === null,
};

/** By the type of value that a keyword looks at; it accepts all others. */
const TESTS: readonly (readonly [applies: (value: unknown) => boolean, tests: Readonly<Record<string, Test>>])[] = [
  [
    () => true,
    {
      type: (type, value) =>
        when(TYPES[type as string]?.(value) ?? true, `must be ${/^[aio]/.test(type) ? 'an' : 'a'} ${type}`),
      enum: (members, value) => when(members.includes(value), `must be one of: ${members.join(', ')}`),
      const: (only, value) => when(value === only, `must be ${JSON.stringify(only)}`),
    },
  ],
  [
    (value) => typeof value === 'string',
    {
      minLength: (n, value) => when(length(value) >= n, `must have at least ${n} characters`),
      maxLength: (n, value) => when(length(value) <= n, `must have at most ${n} characters`),
      pattern: (source, value) => when(expression(source).test(value), `must match ${source}`),
    },
  ],
  [
    (value) => typeof value === 'number',
    {
      minimum: (n, value) => when(value >= n, `must be at least ${n}`),
      maximum: (n, value) => when(value <= n, `must be at most ${n}`),
      exclusiveMinimum: (n, value) => when(value > n, `must be greater than ${n}`),
      exclusiveMaximum: (n, value) => when(value < n, `must be less than ${n}`),
      multipleOf: (n, value) => when(Number.isInteger(value / n), `must be a multiple of ${n}`),
    },
  ],
  [
    (value) => Array.isArray(value),
    {
      minItems: (n, value) => when(value.length >= n, `must have at least ${n} items`),
      maxItems: (n, value) => when(value.length <= n, `must have at most ${n} items`),
      uniqueItems: (wanted, value) =>
        when(
          !wanted || new Set(value.map((v: unknown) => JSON.stringify(v))).size === value.length,
          'must not repeat an item',
        ),
    },
  ],
  [
    isRecord,
    {
      minProperties: (n, value) => when(Object.keys(value).length >= n, `must have at least ${n} properties`),
      maxProperties: (n, value) => when(Object.keys(value).length <= n, `must have at most ${n} properties`),
    },
  ],
];

function problemOf(schema: DeclaredSchema, value: unknown): string | undefined {
  for (const [applies, tests] of TESTS) {
    if (!applies(value)) continue;
    for (const [keyword, test] of Object.entries(tests)) {
      const problem = schema[keyword] === undefined ? undefined : test(schema[keyword], value);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

const expressions = new Map<string, RegExp>();

function expression(source: string): RegExp {
  let known = expressions.get(source);
  if (known === undefined) expressions.set(source, (known = new RegExp(source)));
  return known;
}

function checkMembers(
  schema: DeclaredSchema,
  value: Record<string, unknown>,
  path: string,
  findings: Findings,
  checkModel: CheckModel,
): void {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, DeclaredSchema>>;
  for (const name of (schema['required'] ?? []) as readonly string[])
    if (!Object.hasOwn(value, name) || value[name] === undefined) findings.add(pathTo(path, name), 'is required');
  const additional = schema['additionalProperties'] as DeclaredSchema | boolean | undefined;
  for (const [name, member] of Object.entries(value)) {
    if (findings.full || member === undefined) continue;
    const own = Object.hasOwn(properties, name) ? properties[name]! : additional;
    if (own === false) findings.add(pathTo(path, name), 'is not a known property');
    else if (typeof own === 'object') checkDeclared(own, member, pathTo(path, name), findings, checkModel);
  }
}
