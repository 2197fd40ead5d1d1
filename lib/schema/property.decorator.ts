import 'reflect-metadata';
import { carryClass, carryProperty } from './carried.js';
import type { McpPropertyOptions, McpSchemaOptions } from './property-options.js';

export const PROPERTIES = Symbol.for('nestjs-mcp-fleet:schema:properties');
export const SCHEMA = Symbol.for('nestjs-mcp-fleet:schema:class');

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
    carryProperty(prototype.constructor, String(property), options);
  };

/**
 * Keeps the value of a property out of the audit, even if the option `audit.arguments` is set: its place says `[secret]`.
 * Schemas of other kinds say it with `writeOnly: true`. It changes nothing of what clients see.
 *
 * @example
 * ```ts
 * class SignInArgs {
 *   @IsString()
 *   user!: string;
 *
 *   @McpSecret()
 *   @IsString()
 *   password!: string;
 * }
 * ```
 * @publicApi
 */
export const McpSecret = (): PropertyDecorator => McpProperty({ secret: true });

/**
 * Describes a DTO class and controls whether it accepts undeclared properties. Subclasses inherit it.
 *
 * @publicApi
 */
export const McpSchema =
  (options: McpSchemaOptions = {}): ClassDecorator =>
  (target) => {
    Reflect.defineMetadata(SCHEMA, options, target);
    carryClass(target, options);
  };

/** The properties with `@McpProperty`, including those of the base classes. */
export const propertiesOf = (
  prototype: object,
): ReadonlyMap<string, McpPropertyOptions> & Map<string, McpPropertyOptions> =>
  (prototype as { [PROPERTIES]?: Map<string, McpPropertyOptions> })[PROPERTIES] ?? new Map();

export const schemaOptionsOf = (target: object): McpSchemaOptions | undefined =>
  Reflect.getMetadata(SCHEMA, target) as McpSchemaOptions | undefined;
