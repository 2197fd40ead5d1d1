import type { McpPropertyOptions, McpSchemaOptions } from '../property.decorator.js';
import type { Rule } from './rule.js';

export type Direction = 'input' | 'output';

/** A class as the rest of this folder sees it: read once at start-up, then only walked. */
export interface DtoModel {
  readonly type: new () => object;
  readonly name: string;
  /** Undeclared properties are accepted. */
  readonly open: boolean;
  readonly documented: McpSchemaOptions;
  /** class-transformer decorators other than `@Type` are in play, so class-transformer does the conversion. */
  readonly transformed: boolean;
  readonly properties: PropertyModel[];
  /** By the name on the wire. A Map, so that `constructor` and `__proto__` are names like any other. */
  readonly byName: Map<string, PropertyModel>;
}

/** How several values stand in one property. */
export type Shape = 'one' | 'list' | 'set' | 'map';

export interface PropertyModel {
  /** On the class. */
  readonly key: string;
  /** On the wire; differs from `key` by `@Expose({ name })`. */
  readonly name: string;
  readonly shape: Shape;
  readonly rules: readonly Rule[];
  /** `@IsOptional` and `@ValidateIf`: unless all hold, nothing is checked. */
  readonly conditions: readonly ((object: object, value: unknown) => boolean)[];
  readonly optional: boolean;
  readonly required: boolean;
  readonly nested: Nested | undefined;
  /** The JSON type of the value (or of each item) where only the TypeScript type tells it and no rule would notice. */
  readonly typed: Scalar | undefined;
  /** What a JSON value (or each item) is made into: by `@Type(() => Date)` and the like. */
  readonly made: Made | undefined;
  /** A `@Transform` stands before the rules, so the raw value may have any shape. */
  readonly transformed: boolean;
  /** A getter without a setter: part of an output, never of an input. */
  readonly computed: boolean;
  /** What `new Class()` puts there; `undefined` when nothing. */
  readonly initial: unknown;
  readonly documented: McpPropertyOptions;
}

export type Scalar = 'string' | 'number' | 'boolean';
export type Made = Scalar | 'date';

/** The class of a nested value: one, or one of several told apart by a property. */
export interface Nested {
  readonly model: DtoModel | undefined;
  readonly choice: Choice | undefined;
}

export interface Choice {
  readonly property: string;
  /** Whether the instance keeps the telling property. */
  readonly keep: boolean;
  readonly models: ReadonlyMap<string, DtoModel>;
  readonly byType: ReadonlyMap<unknown, DtoModel>;
}

/** The class that describes this nested value; `undefined` when it does not say which one it is. */
export const modelOf = ({ model, choice }: Nested, value: object): DtoModel | undefined =>
  choice === undefined
    ? model
    : (choice.byType.get(value.constructor) ??
      choice.models.get(String((value as Record<string, unknown>)[choice.property])));
