import { withinBounds } from './bounds.js';
import { pathTo } from './path.js';
import {
  MAX_ISSUES,
  SchemaError,
  type CompiledSchema,
  type JsonSchema,
  type SchemaIssue,
  type Validated,
} from './schema.js';
import type { StandardIssue, StandardResult, StandardSchemaLike } from './standard-schema.interface.js';

export const isStandardSchema = (source: unknown): source is StandardSchemaLike =>
  source !== null &&
  (typeof source === 'object' || typeof source === 'function') &&
  typeof (source as Partial<StandardSchemaLike>)['~standard']?.validate === 'function';

/**
 * Compiles a schema of zod, valibot, arktype or similar. It validates with the library and uses its or the given JSON
 * Schema.
 */
export function compileStandardSchema(
  schema: StandardSchemaLike,
  direction: 'input' | 'output',
  where: string,
  given: JsonSchema | undefined,
): CompiledSchema {
  const standard = schema['~standard'];
  const jsonSchema = given ?? toJsonSchema(standard, direction, where);
  withinBounds(jsonSchema, where);
  return {
    jsonSchema,
    warnings: [],
    validate(value) {
      const result = standard.validate(value);
      return result instanceof Promise ? result.then(validated) : validated(result);
    },
  };
}

function toJsonSchema(
  standard: StandardSchemaLike['~standard'],
  direction: 'input' | 'output',
  where: string,
): JsonSchema {
  if (standard.jsonSchema === undefined) {
    throw new SchemaError(
      `${where} is a schema of ${standard.vendor}, which does not generate JSON Schema by itself`,
      'Pass { schema, jsonSchema } with a JSON Schema from a converter of that library or written by hand',
    );
  }
  try {
    return standard.jsonSchema[direction]({ target: 'draft-2020-12' });
  } catch (cause) {
    throw new SchemaError(
      `${where} cannot be expressed in JSON Schema: ${(cause as Error).message}`,
      'Use types that JSON has, or pass { schema, jsonSchema }',
      { cause },
    );
  }
}

const validated = (result: StandardResult): Validated =>
  result.issues === undefined
    ? { ok: true, value: result.value }
    : { ok: false, issues: result.issues.slice(0, MAX_ISSUES).map(issueOf) };

const issueOf = ({ message, path = [] }: StandardIssue): SchemaIssue => ({
  path: path.reduce<string>((base, part) => pathTo(base, typeof part === 'object' ? part.key : part), ''),
  message,
});
