import type { StandardSchemaLike } from './standard-schema.interface.js';
import { knownAcrossCopies } from '../packages/known-across-copies.js';

/**
 * A JSON Schema of dialect 2020-12, as it is sent to clients.
 *
 * @publicApi
 */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** One problem of a value, described so that a model can fix it. */
export interface SchemaIssue {
  /** The location, such as `items[0].name`. Empty for the value itself. */
  readonly path: string;
  /** The requirement, such as `must be a string`. */
  readonly message: string;
}

export type Validated =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly issues: readonly SchemaIssue[] };

/** The common form of all kinds of schemas: a JSON Schema to announce, and a function to validate with. */
export interface CompiledSchema {
  readonly jsonSchema: JsonSchema;
  /** The schema before it was kept to what hosts take, with `writeOnly` for what is secret. Default: `jsonSchema`. */
  readonly declared?: JsonSchema;
  /** The rules that `validate` enforces but `jsonSchema` cannot express. They are logged at start-up. */
  readonly warnings: readonly string[];
  /**
   * Validates a value and returns it in the form to use: the DTO instance or parsed value for input, plain JSON for
   * output. It never throws because of an invalid value. It throws only the error of an application's validator for a
   * value that is otherwise valid. It returns a Promise only if a rule of the schema is asynchronous.
   */
  validate(this: void, value: unknown): Validated | Promise<Validated>;
}

/** A DTO class with class-validator decorators. */
export type DtoClass<T = object> = abstract new (...args: any[]) => T;

/** A class of nestjs-zod's `createZodDto()`, as far as the types of that library tell. */
export type ZodDtoClass = (abstract new (...args: any[]) => unknown) & { readonly isZodDto: true };

/** A Standard Schema with a separate JSON Schema, for libraries that cannot generate one. */
export interface StandardSchemaWithJsonSchema {
  readonly schema: StandardSchemaLike;
  readonly jsonSchema: JsonSchema;
}

/**
 * The schemas accepted as `input`, `output` or form: a DTO class, a class of nestjs-zod's `createZodDto()`, a Standard
 * Schema, a Standard Schema with a separate JSON Schema, or a plain JSON Schema.
 *
 * @example
 * ```ts
 * @McpTool({ input: z.object({ city: z.string() }), output: ForecastDto })
 * ```
 * @publicApi
 */
export type SchemaSource = DtoClass | ZodDtoClass | StandardSchemaLike | StandardSchemaWithJsonSchema | JsonSchema;

/**
 * The maximum number of issues in one response. A model cannot use more, and it limits the cost of an invalid value.
 */
export const MAX_ISSUES = 32;

/**
 * An invalid schema. It is thrown at start-up and by the run-time registration methods, never for a value. The message
 * has one sentence for the cause and one for the remedy.
 *
 * @publicApi
 */
export class SchemaError extends Error {
  static {
    knownAcrossCopies(this, 'SchemaError');
  }

  override readonly name = 'SchemaError';

  constructor(cause: string, remedy: string, options?: ErrorOptions) {
    super(`${cause}. ${remedy}.`, options);
  }
}
