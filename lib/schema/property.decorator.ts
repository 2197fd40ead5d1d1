import 'reflect-metadata';
import type { JsonSchema } from './schema.js';

export const PROPERTIES = Symbol.for('nestjs-mcp-fleet:schema:properties');
export const SCHEMA = Symbol.for('nestjs-mcp-fleet:schema:class');

/** What a client and its model are told about one property of a DTO. */
export interface McpPropertyOptions {
  /** A short label for people. Default: none. */
  readonly title?: string;
  /** What belongs here, for the model. Default: the description of `@ApiProperty`, if there is one. */
  readonly description?: string;
  /** Values that would be right. Default: those of `@ApiProperty`, if there are any. */
  readonly examples?: readonly unknown[];
  /** The default to announce. Default: what the property is initialised with, which is also what is applied. */
  readonly default?: unknown;
  /**
   * Mirror this argument into the HTTP header `Mcp-Param-<header>` (`x-mcp-header`), for gateways to route by. Only for
   * `string`, `integer` and `boolean`, on arguments of a tool; never for secrets. Default: not mirrored.
   */
  readonly header?: string;
  /** Whether it must be present. Default: by its rules; without rules it may be absent. */
  readonly required?: boolean;
  /** JSON Schema keywords merged last, over what the decorators gave. Announced, not validated. */
  readonly schema?: JsonSchema;
}

/** What a client is told about a DTO class, and whether the class is closed. */
export interface McpSchemaOptions {
  readonly title?: string;
  readonly description?: string;
  /** Accept properties the class does not declare. Default `false`: they are refused, and announced as refused. */
  readonly additionalProperties?: boolean;
}

/**
 * Describes a property of a DTO. On its own it also declares the property, with the type TypeScript emitted for it;
 * the rules come from class-validator.
 */
export const McpProperty =
  (options: McpPropertyOptions = {}): PropertyDecorator =>
  (prototype, property) => {
    const own = Object.hasOwn(prototype, PROPERTIES) ? propertiesOf(prototype) : new Map(propertiesOf(prototype));
    own.set(String(property), { ...own.get(String(property)), ...options });
    Object.defineProperty(prototype, PROPERTIES, { value: own, configurable: true });
  };

/** Describes a DTO class, and may open it to undeclared properties. Inherited by its subclasses. */
export const McpSchema =
  (options: McpSchemaOptions = {}): ClassDecorator =>
  (target) =>
    Reflect.defineMetadata(SCHEMA, options, target);

/** Every property `@McpProperty` describes, those of the base classes included. */
export const propertiesOf = (
  prototype: object,
): ReadonlyMap<string, McpPropertyOptions> & Map<string, McpPropertyOptions> =>
  (prototype as { [PROPERTIES]?: Map<string, McpPropertyOptions> })[PROPERTIES] ?? new Map();

export const schemaOptionsOf = (target: object): McpSchemaOptions | undefined =>
  Reflect.getMetadata(SCHEMA, target) as McpSchemaOptions | undefined;
