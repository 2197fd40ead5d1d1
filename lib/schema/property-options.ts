import type { JsonSchema } from './schema.js';

/**
 * The description of a property of a DTO for the client and its model.
 *
 * @publicApi
 */
export interface McpPropertyOptions {
  /** A short label for people. Default: none. */
  readonly title?: string;
  /** The meaning of the property, for the model. Default: the description of `@ApiProperty`, if there is one. */
  readonly description?: string;
  /** Valid example values. Default: those of `@ApiProperty`, if there are any. */
  readonly examples?: readonly unknown[];
  /**
   * The default value to announce. Default: the initial value of the property, which is also the one that is applied.
   */
  readonly default?: unknown;
  /**
   * Clients repeat this argument in the HTTP header `Mcp-Param-<header>` (`x-mcp-header`), so that gateways can route
   * by it. Only for arguments of a tool of type `string`, `integer` or `boolean`. Never use it for secrets. Default:
   * none.
   */
  readonly header?: string;
  /** Whether the value is kept out of the audit; `@McpSecret()` says the same. Default: `false`. */
  readonly secret?: boolean;
  /** Whether the property must be present. Default: determined by its rules; optional without rules. */
  readonly required?: boolean;
  /**
   * JSON Schema keywords that override those of the decorators. They are announced but not validated. Default: none.
   */
  readonly schema?: JsonSchema;
  /**
   * Whether the start-up warnings about this property are known and no longer to be logged, such as that a
   * `@Transform` runs before its rules. Default: `false`.
   */
  readonly acknowledged?: boolean;
}

/**
 * The description of a DTO class for the client and its model.
 *
 * @publicApi
 */
export interface McpSchemaOptions {
  /** A short label for people. Default: none. */
  readonly title?: string;
  /** The meaning of the class, for the model. Default: none. */
  readonly description?: string;
  /** Accept properties the class does not declare. Default: `false`, they are rejected, and the JSON Schema says so. */
  readonly additionalProperties?: boolean;
  /** Whether the start-up warnings about all its properties are known and no longer to be logged. Default: `false`. */
  readonly acknowledged?: boolean;
}
