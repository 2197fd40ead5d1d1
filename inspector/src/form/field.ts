/** A JSON Schema, as far as a form can express it. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly enumNames?: readonly string[];
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly properties?: Readonly<Record<string, Schema | boolean>>;
  readonly required?: readonly string[];
  readonly items?: Schema | boolean;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

export interface Option {
  readonly value: unknown;
  readonly label: string;
}

interface Common {
  /** The name of the property; empty for a whole form and for items of a list. */
  readonly name: string;
  readonly label: string;
  readonly description?: string;
  readonly isRequired: boolean;
  readonly initial?: unknown;
}

export interface TextField extends Common {
  readonly kind: 'text';
  readonly input: 'text' | 'email' | 'url' | 'date' | 'datetime-local' | 'time' | 'multiline';
  readonly placeholder?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

export interface NumberField extends Common {
  readonly kind: 'number';
  readonly isInteger: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** A checkbox: for a boolean that has to have a value. */
export interface SwitchField extends Common {
  readonly kind: 'switch';
}

export interface ChoiceField extends Common {
  readonly kind: 'choice';
  readonly options: readonly Option[];
}

/** Several of these options, each at most once. */
export interface ChoicesField extends Common {
  readonly kind: 'choices';
  readonly options: readonly Option[];
}

export interface GroupField extends Common {
  readonly kind: 'group';
  readonly fields: readonly Field[];
}

export interface ListField extends Common {
  readonly kind: 'list';
  readonly item: Field;
  readonly minItems: number;
  readonly maxItems: number;
}

/** One of these forms. */
export interface VariantsField extends Common {
  readonly kind: 'variants';
  readonly variants: readonly Field[];
}

export interface ConstantField extends Common {
  readonly kind: 'constant';
  readonly value: unknown;
}

/** What no other field expresses, written as JSON. */
export interface JsonField extends Common {
  readonly kind: 'json';
}

export type Field =
  | TextField
  | NumberField
  | SwitchField
  | ChoiceField
  | ChoicesField
  | GroupField
  | ListField
  | VariantsField
  | ConstantField
  | JsonField;
