import type { CompiledSchema, DtoClass, Validated } from '../schema.js';
import { check } from './check.js';
import { toInstance, toUnconstructedInstance } from './convert.js';
import { Findings } from './findings.js';
import { inspect } from './inspect.js';
import { SchemaPrinter } from './json-schema.js';
import { loadDtoMetadata, type DtoMetadata } from './metadata.js';
import { isRecord } from './is-record.js';
import { type Direction, type DtoModel } from './model.js';
import { toPlain } from './plain.js';
import { DtoReader } from './read.js';

/** Compiles a class with class-validator decorators to a schema. */
export async function compileDto(type: DtoClass, direction: Direction): Promise<CompiledSchema> {
  const metadata = await loadDtoMetadata(type.name);
  const model = new DtoReader(metadata, direction).read(type);
  const printer = new SchemaPrinter(model);
  const jsonSchema = printer.print();
  const transform = usesTransformer(model) ? metadata.transform : undefined;
  const validate =
    direction === 'input'
      ? (value: unknown) => validateInput(model, value, transform)
      : (value: unknown) => validateOutput(model, value, transform);
  return { jsonSchema, warnings: printer.warnings, validate };
}

type Transform = DtoMetadata['transform'];

/** Validates JSON and returns an instance. */
function validateInput(
  model: DtoModel,
  raw: unknown,
  transform: Transform | undefined,
): Validated | Promise<Validated> {
  const findings = new Findings();
  inspect(model, raw, '', findings);
  if (!isRecord(raw)) return { ok: false, issues: findings.issues };
  let instance: object;
  try {
    instance = transform === undefined ? toInstance(model, raw) : byTransformer(model, raw, transform);
  } catch {
    // A `@Transform` assumed a type that is not checked yet, such as `({ value }) => value.trim()` for a number.
    findings.add('', `cannot be read as ${model.name}: a value has the wrong type`);
    return { ok: false, issues: findings.issues };
  }
  check(model, instance, '', findings);
  return conclude(findings, () => instance);
}

/** Validates an instance, or a plain object of the same shape, and returns JSON. */
function validateOutput(
  model: DtoModel,
  value: unknown,
  transform: Transform | undefined,
): Validated | Promise<Validated> {
  const findings = new Findings();
  if (!isRecord(value)) return { ok: false, issues: [{ path: '', message: 'must be an object' }] };
  const instance = value instanceof model.type ? value : toUnconstructedInstance(model, value);
  check(model, instance, '', findings);
  return conclude(findings, () =>
    transform === undefined
      ? toPlain(model, instance, 'key')
      : toPlain(model, transform.instanceToPlain(instance) as object, 'name'),
  );
}

function conclude(findings: Findings, value: () => unknown): Validated | Promise<Validated> {
  const { issues, pending } = findings;
  const end = (): Validated => {
    if (issues.length > 0) return { ok: false, issues };
    if (findings.fault !== undefined) throw findings.fault.error;
    return { ok: true, value: value() };
  };
  return pending.length === 0 ? end() : Promise.all(pending).then(end);
}

const byTransformer = (model: DtoModel, raw: Record<string, unknown>, { plainToInstance }: Transform): object =>
  // A copy, because class-transformer deletes discriminators from its input.
  plainToInstance(model.type, structuredClone(raw), { enableImplicitConversion: false, exposeDefaultValues: true });

function usesTransformer(model: DtoModel, seen = new Set<DtoModel>()): boolean {
  if (seen.has(model)) return false;
  seen.add(model);
  if (model.transformed) return true;
  return model.properties.some(
    ({ nested }) =>
      nested && [nested.model, ...(nested.choice?.models.values() ?? [])].some((m) => m && usesTransformer(m, seen)),
  );
}
