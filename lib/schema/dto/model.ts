import type { McpPropertyOptions, McpSchemaOptions } from '../property-options.js';
import type { Condition } from './condition.js';
import type { JsonSchema } from '../schema.js';
import type { Rule } from './rule.js';

/** The key of a model inside a declared schema: its own schema belongs there. */
export const MODEL = Symbol('model');

/** A JSON Schema in which models may stand for schemas. */
export type DeclaredSchema = JsonSchema & { readonly [MODEL]?: DtoModel };

export type Direction = 'input' | 'output';

/** The model of a class. It is read once at start-up and not changed afterwards. */
export interface DtoModel {
  readonly type: new () => object;
  readonly name: string;
  /** Whether undeclared properties are accepted. */
  readonly open: boolean;
  readonly documented: McpSchemaOptions;
  /**
   * Whether the class has class-transformer decorators other than `@Type`, so that class-transformer must convert it.
   */
  readonly transformed: boolean;
  readonly properties: PropertyModel[];
  /** By the name on the wire. It is a Map, so that `constructor` and `__proto__` are ordinary names. */
  readonly byName: Map<string, PropertyModel>;
}

/** How a property holds its value or values. */
export type Shape = 'one' | 'list' | 'set' | 'map';

export interface PropertyModel {
  /** The name in the class. */
  readonly key: string;
  /** The name on the wire. `@Expose({ name })` makes it differ from `key`. */
  readonly name: string;
  readonly shape: Shape;
  readonly rules: readonly Rule[];
  /** The conditions of `@IsOptional` and `@ValidateIf`. The property is checked only if all of them hold. */
  readonly conditions: readonly Condition[];
  readonly optional: boolean;
  readonly required: boolean;
  readonly nested: Nested | undefined;
  /** The type of the value (or of each item) if only TypeScript defines it and no rule checks it. */
  readonly enforcedType: Scalar | 'date' | undefined;
  /** What @nestjs/swagger declares of a property without rules. It is checked in place of rules. */
  readonly declared: DeclaredSchema | undefined;
  /** Whether null is a value of its own, as `nullable: true` of @nestjs/swagger says. */
  readonly nullable: boolean;
  /** The type a JSON value (or each item) is converted to, for example by `@Type(() => Date)`. */
  readonly convertTo: ConversionTarget | undefined;
  /** Whether a `@Transform` runs before the rules, so that the raw value may have any shape. */
  readonly transformed: boolean;
  /** Whether it is a getter without a setter, which is part of an output but never of an input. */
  readonly computed: boolean;
  /** The value after `new Class()`. `undefined` if there is none. */
  readonly initial: unknown;
  readonly documented: McpPropertyOptions;
}

export type Scalar = 'string' | 'number' | 'boolean';
export type ConversionTarget = Scalar | 'date';

/** The class of a nested value: either a single class, or one of several distinguished by a property. */
export interface Nested {
  readonly model: DtoModel | undefined;
  readonly choice: Choice | undefined;
}

export interface Choice {
  readonly property: string;
  /** Whether the instance keeps the discriminator property. */
  readonly keep: boolean;
  readonly models: ReadonlyMap<string, DtoModel>;
  readonly byType: ReadonlyMap<unknown, DtoModel>;
}

/** The model of a nested value. `undefined` if the discriminator matches no class. */
export const modelOf = ({ model, choice }: Nested, value: object): DtoModel | undefined =>
  choice === undefined
    ? model
    : (choice.byType.get(value.constructor) ??
      choice.models.get(String((value as Record<string, unknown>)[choice.property])));
