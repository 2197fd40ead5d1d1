import type { Ajv2020 } from 'ajv/dist/2020.js';
import { issuesOf } from './ajv-issues.js';
import { requireDialect, withinBounds } from './bounds.js';
import { loadAjv } from './peers.js';
import { SchemaError, type CompiledSchema, type JsonSchema } from './schema.js';

interface Engines {
  /** Stops at the first error, for the hot path. */
  readonly quick: Ajv2020;
  /** Finds all errors. */
  readonly thorough: Ajv2020;
}

// Creating an engine costs more than compiling a small schema, so all schemas share these two.
let engines: Promise<Engines> | undefined;

async function start(): Promise<Engines> {
  const Ajv = await loadAjv();
  const options = {
    strict: false,
    // In 2020-12 `format` is an annotation by default.
    validateFormats: false,
    // Two tools may use the same `$id`.
    addUsedSchema: false,
    // Inherited members such as `toString` must not satisfy `required: ['toString']`.
    ownProperties: true,
    logger: false,
  } as const;
  return { quick: new Ajv(options), thorough: new Ajv({ ...options, allErrors: true }) };
}

/** Compiles a plain JSON Schema with ajv. Validation returns the value unchanged. */
export async function compileJsonSchema(schema: JsonSchema, where: string): Promise<CompiledSchema> {
  withinBounds(schema, where);
  requireDialect(schema, where);
  engines ??= start().catch((error: unknown) => {
    engines = undefined;
    throw error;
  });
  const { quick, thorough } = await engines;
  const isValid = compileWith(quick, schema, where);
  let explain: typeof isValid | undefined;
  return {
    jsonSchema: schema,
    warnings: [],
    validate(value) {
      if (isValid(value)) return { ok: true, value };
      // Collecting all errors of a huge value is expensive: 4 MB of wrong numbers produce two million error objects.
      const errors = isValid.errors;
      if (isLarge(value)) return { ok: false, issues: issuesOf(errors, value) };
      explain ??= compileWith(thorough, schema, where);
      explain(value);
      return { ok: false, issues: issuesOf(explain.errors ?? errors, value) };
    },
  };
}

function compileWith(ajv: Ajv2020, schema: JsonSchema, where: string) {
  try {
    const check = ajv.compile(schema);
    // The engine would keep the schema forever, but tools can be added and removed at run time.
    if (schema['$id'] === undefined) ajv.removeSchema(schema);
    return check;
  } catch (cause) {
    const { missingRef, message } = cause as { missingRef?: string; message: string };
    if (missingRef !== undefined) {
      throw new SchemaError(
        `${where} refers to ${missingRef}, which it does not contain, and remote schemas are never fetched`,
        'Copy the referenced schema into $defs',
        { cause },
      );
    }
    throw new SchemaError(`${where} is not a valid JSON Schema: ${message}`, 'Correct it', { cause });
  }
}

const LARGE = 1000;

function isLarge(value: unknown): boolean {
  let left = LARGE;
  const walk = (inner: unknown): boolean => {
    left -= 1;
    if (left < 0) return true;
    return typeof inner === 'object' && inner !== null && Object.values(inner).some(walk);
  };
  return walk(value);
}
