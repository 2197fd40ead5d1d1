import type { StandardSchemaLike } from './standard-schema.interface.js';

/** A JSON Schema of dialect 2020-12, as it goes on the wire. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** One thing wrong with a value, in words that a model can act on. */
export interface SchemaIssue {
  /** Where: `items[0].name`; empty for the value itself. */
  readonly path: string;
  /** What is needed there: `must be a string`. */
  readonly message: string;
}

export type Validated =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly issues: readonly SchemaIssue[] };

/** What every kind of schema becomes at start-up: something to announce and something to check with. */
export interface CompiledSchema {
  readonly jsonSchema: JsonSchema;
  /** Rules that `validate` enforces and `jsonSchema` cannot tell; for the log at start-up. */
  readonly warnings: readonly string[];
  /**
   * Checks a value and answers it in the form to use: for input the DTO instance or the parsed value, for output plain
   * JSON. Never throws for a bad value, only what a validator
   * of the application throws for one that is otherwise right. Answers a Promise only when a rule of the schema itself is asynchronous.
   */
  validate(this: void, value: unknown): Validated | Promise<Validated>;
}

/** A DTO class with class-validator decorators. */
export type DtoClass<T = object> = abstract new (...args: any[]) => T;

/** A Standard Schema whose library cannot print JSON Schema, with the JSON Schema written by hand. */
export interface StandardSchemaWithJsonSchema {
  readonly schema: StandardSchemaLike;
  readonly jsonSchema: JsonSchema;
}

/** What a user may give as `input` or `output`. */
export type SchemaSource = DtoClass | StandardSchemaLike | StandardSchemaWithJsonSchema | JsonSchema;

/** How many issues one answer carries at most: what a model can use, and a bound on what a bad value costs. */
export const MAX_ISSUES = 32;

/** A schema that cannot work. Thrown at start-up, never for a value: one sentence of cause, one of cure. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';

  constructor(cause: string, cure: string, options?: ErrorOptions) {
    super(`${cause}. ${cure}.`, options);
  }
}
