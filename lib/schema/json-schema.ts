import type { Ajv2020 } from 'ajv/dist/2020.js';
import { issuesOf } from './ajv-issues.js';
import { requireDialect, withinBounds } from './bounds.js';
import { loadAjv } from './peers.js';
import { SchemaError, type CompiledSchema, type JsonSchema } from './schema.js';

interface Engines {
  /** Stops at the first error: the hot path. */
  readonly quick: Ajv2020;
  /** Finds them all. */
  readonly thorough: Ajv2020;
}

// Building an engine costs more than compiling a small schema, so all schemas share these two.
let engines: Promise<Engines> | undefined;

async function start(): Promise<Engines> {
  const Ajv = await loadAjv();
  const options = {
    strict: false,
    // `format` is an annotation in 2020-12 unless a vocabulary says otherwise.
    validateFormats: false,
    // Two tools may use the same `$id`.
    addUsedSchema: false,
    // `required: ['toString']` is not met by every object.
    ownProperties: true,
    logger: false,
  } as const;
  return { quick: new Ajv(options), thorough: new Ajv({ ...options, allErrors: true }) };
}

/** The schema as written, and a check compiled from it. The value is answered untouched. */
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
      // All errors of a huge value are a huge answer: 4 MB of wrong numbers make two million error objects.
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
    // The engine would keep it for ever, and tools come and go at run time.
    if (schema['$id'] === undefined) ajv.removeSchema(schema);
    return check;
  } catch (cause) {
    const { missingRef, message } = cause as { missingRef?: string; message: string };
    if (missingRef !== undefined) {
      throw new SchemaError(
        `${where} refers to ${missingRef}, which is not in it, and nothing is ever fetched`,
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
