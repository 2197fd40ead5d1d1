import 'reflect-metadata';
import type { JsonSchema } from './schema.js';

export const PROPERTIES = Symbol.for('nestjs-mcp-fleet:schema:properties');
export const SCHEMA = Symbol.for('nestjs-mcp-fleet:schema:class');

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
  /** Whether the property must be present. Default: determined by its rules; optional without rules. */
  readonly required?: boolean;
  /**
   * JSON Schema keywords that override those of the decorators. They are announced but not validated. Default: none.
   */
  readonly schema?: JsonSchema;
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
}

/**
 * Describes a property of a DTO. The rules come from class-validator. On a property without rules it also declares the
 * property, with the type that TypeScript emitted.
 *
 * @example
 * ```ts
 * class ForecastArgs {
 *   @McpProperty({ description: 'The English name of the city', examples: ['Oslo'] })
 *   @IsString()
 *   city!: string;
 * }
 * ```
 * @publicApi
 */
export const McpProperty =
  (options: McpPropertyOptions = {}): PropertyDecorator =>
  (prototype, property) => {
    const own = Object.hasOwn(prototype, PROPERTIES) ? propertiesOf(prototype) : new Map(propertiesOf(prototype));
    own.set(String(property), { ...own.get(String(property)), ...options });
    Object.defineProperty(prototype, PROPERTIES, { value: own, configurable: true });
  };

/**
 * Describes a DTO class and controls whether it accepts undeclared properties. Subclasses inherit it.
 *
 * @publicApi
 */
export const McpSchema =
  (options: McpSchemaOptions = {}): ClassDecorator =>
  (target) =>
    Reflect.defineMetadata(SCHEMA, options, target);

/** The properties with `@McpProperty`, including those of the base classes. */
export const propertiesOf = (
  prototype: object,
): ReadonlyMap<string, McpPropertyOptions> & Map<string, McpPropertyOptions> =>
  (prototype as { [PROPERTIES]?: Map<string, McpPropertyOptions> })[PROPERTIES] ?? new Map();

export const schemaOptionsOf = (target: object): McpSchemaOptions | undefined =>
  Reflect.getMetadata(SCHEMA, target) as McpSchemaOptions | undefined;
