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

/** A schema of zod, valibot, arktype and their like: its own validation, its own JSON Schema or the one given beside. */
export function compileStandardSchema(
  schema: StandardSchemaLike,
  direction: 'input' | 'output',
  where: string,
  given: JsonSchema | undefined,
): CompiledSchema {
  const standard = schema['~standard'];
  const jsonSchema = given ?? print(standard, direction, where);
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

function print(standard: StandardSchemaLike['~standard'], direction: 'input' | 'output', where: string): JsonSchema {
  if (standard.jsonSchema === undefined) {
    throw new SchemaError(
      `${where} is a schema of ${standard.vendor}, which does not print JSON Schema by itself`,
      'Pass { schema, jsonSchema } with the JSON Schema beside it, from the converter of that library or by hand',
    );
  }
  try {
    return standard.jsonSchema[direction]({ target: 'draft-2020-12' });
  } catch (cause) {
    throw new SchemaError(
      `${where} cannot be written in JSON Schema: ${(cause as Error).message}`,
      'Use types that JSON has, or pass { schema, jsonSchema } with the JSON Schema beside it',
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
