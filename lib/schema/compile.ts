import { compileDto } from './dto/dto.js';
import { compileJsonSchema } from './json-schema.js';
import { departuresOf, widen } from './hosts/index.js';
import { requireObjectRoot } from './root.js';
import {
  SchemaError,
  type CompiledSchema,
  type DtoClass,
  type JsonSchema,
  type SchemaSource,
  type StandardSchemaWithJsonSchema,
} from './schema.js';
import { compileStandardSchema, isStandardSchema } from './standard-schema.js';
import { readsStrings } from './strings.js';
import { isZodDto, schemaOfZodDto } from './zod-dto.js';

export interface SchemaUse {
  /** Whether values come from a client (`input`) or are sent to a client (`output`). */
  readonly direction: 'input' | 'output';
  /** The name of the schema in errors, such as `the input of tool forecast`. Default: `the input` or `the output`. */
  readonly where?: string;
  /** Whether the root must have `type: "object"`. Default: `true` for input, `false` for output. */
  readonly objectRoot?: boolean;
  /** Whether values are maps of strings, like the arguments of prompts, from which numbers and booleans are parsed. */
  readonly strings?: boolean;
  /** Whether hosts read the schema as that of a tool, and it is kept to what they take. Default: unless `strings`. */
  readonly announced?: boolean;
}

/**
 * Compiles a DTO class, a Standard Schema (with or without a separate JSON Schema) or a plain JSON Schema to a common
 * form. It runs once per schema, at start-up.
 *
 * @throws {SchemaError} if the schema is invalid or needs an optional peer dependency that is not installed
 */
export async function compileSchema(source: SchemaSource, use: SchemaUse): Promise<CompiledSchema> {
  const where = use.where ?? `the ${use.direction}`;
  const strict = await compileKind(source, use.direction, where);
  const compiled = (use.announced ?? use.strings !== true) ? announced(strict, source, use.direction, where) : strict;
  if (use.objectRoot ?? use.direction === 'input') requireObjectRoot(compiled.jsonSchema, where);
  return use.strings ? readsStrings(compiled, where) : compiled;
}

/** A schema that the author wrote is sent as it stands (U-3), with a warning if some hosts refuse it. */
function announced(
  strict: CompiledSchema,
  source: SchemaSource,
  direction: 'input' | 'output',
  where: string,
): CompiledSchema {
  const jsonSchema = isWritten(source) ? strict.jsonSchema : widen(strict.jsonSchema, direction);
  if (direction === 'output') return { ...strict, jsonSchema, declared: strict.jsonSchema };
  const departures = departuresOf(jsonSchema, direction).map(({ path, problem }) => `${path || 'root'} (${problem})`);
  if (departures.length === 0) return { ...strict, jsonSchema, declared: strict.jsonSchema };
  const shown = `${departures.slice(0, 3).join(', ')}${departures.length > 3 ? ` and ${departures.length - 3} more` : ''}`;
  return {
    ...strict,
    jsonSchema,
    declared: strict.jsonSchema,
    warnings: [...strict.warnings, `${where}: some hosts refuse it because of ${shown}`],
  };
}

const isWritten = (source: SchemaSource): boolean => typeof source === 'object' && !isStandardSchema(source);

async function compileKind(
  source: SchemaSource,
  direction: 'input' | 'output',
  where: string,
): Promise<CompiledSchema> {
  if (isZodDto(source)) return compileStandardSchema(schemaOfZodDto(source, direction), direction, where, undefined);
  if (isStandardSchema(source)) return compileStandardSchema(source, direction, where, undefined);
  if (typeof source === 'function') return compileClass(source as DtoClass, direction, where);
  if (typeof source !== 'object' || source === null || Array.isArray(source)) {
    throw new SchemaError(
      `${where} is not a schema`,
      'Pass a class with class-validator decorators, a Standard Schema or a JSON Schema object',
    );
  }
  const { schema, jsonSchema } = source as Partial<StandardSchemaWithJsonSchema>;
  if (isStandardSchema(schema)) return compileStandardSchema(schema, direction, where, jsonSchema);
  return compileJsonSchema(source as JsonSchema, where);
}

const SCALARS = new Map<unknown, string>([
  [String, 'string'],
  [Number, 'number'],
  [Boolean, 'boolean'],
]);

function compileClass(source: DtoClass, direction: 'input' | 'output', where: string): Promise<CompiledSchema> {
  const scalar = SCALARS.get(source);
  if (scalar !== undefined) return compileJsonSchema({ type: scalar }, where);
  if ((source as unknown) === Object || (source as unknown) === Array) {
    throw new SchemaError(
      `The type of ${where} is ${source.name}, as TypeScript emits it for interfaces, unions and lists`,
      'Use a class, or pass the schema explicitly',
    );
  }
  return compileDto(source, direction);
}
