import type { JsonSchema } from '../schema/index.js';

/** What the pipes of a parameter demand of its value. */
export interface PipeRules {
  /** The form of the value; `undefined` if no known pipe says it. */
  readonly schema: JsonSchema | undefined;
  readonly default: unknown;
  /** `true` if a pipe refuses the absence of the value, `false` if one allows it or has a default. */
  readonly required: boolean | undefined;
  /** Whether a pipe of the application converts it, so that the parameter's type does not say what is sent. */
  readonly converted: boolean;
}

interface PipeInstance {
  readonly options?: { readonly optional?: boolean; readonly items?: unknown; readonly default?: unknown };
  readonly enumType?: object;
  readonly defaultValue?: unknown;
}

type Read = (pipe: PipeInstance, items: (type: unknown) => JsonSchema) => JsonSchema;

/** By the names of Nest's classes: those of a second copy of Nest, or of another major, are meant too. */
const FORMS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['ParseIntPipe', () => ({ type: 'integer' })],
  ['ParseFloatPipe', () => ({ type: 'number' })],
  ['ParseBoolPipe', () => ({ type: 'boolean' })],
  ['ParseUUIDPipe', () => ({ type: 'string', format: 'uuid' })],
  ['ParseDatePipe', () => ({ type: 'string', format: 'date-time' })],
  ['ParseEnumPipe', ({ enumType = {} }) => enumOf(valuesOf(enumType))],
  ['ParseArrayPipe', ({ options }, items) => ({ type: 'array', items: items(options?.items) })],
]);

/** Pipes that check a value against the class of the parameter, and so say nothing that the class does not. */
const OF_THE_CLASS = ['ValidationPipe', 'ZodValidationPipe', 'StandardSchemaValidationPipe'];

/** @param items the schema of a list's items, by their class */
export function readPipes(pipes: readonly unknown[], items: (type: unknown) => JsonSchema): PipeRules {
  let schema: JsonSchema | undefined;
  let initial: unknown;
  let required: boolean | undefined;
  let converted = false;
  for (const pipe of pipes) {
    const names = namesOf(pipe);
    const instance = (typeof pipe === 'function' ? {} : pipe) as PipeInstance;
    const form = names.map((name) => FORMS.get(name)).find(Boolean);
    if (names.includes('DefaultValuePipe')) {
      initial ??= instance.defaultValue;
      required = false;
    } else if (form) {
      schema ??= form(instance, items);
      required ??= instance.options?.optional !== true && instance.options?.default === undefined;
    } else if (!names.some((name) => OF_THE_CLASS.includes(name))) converted = true;
  }
  return { schema, default: initial, required, converted: converted && schema === undefined };
}

/** The names of a pipe's class and its base classes. */
function namesOf(pipe: unknown): string[] {
  const names: string[] = [];
  let type: unknown = typeof pipe === 'function' ? pipe : (pipe as object).constructor;
  while (typeof type === 'function' && type !== Function.prototype) {
    names.push(type.name);
    type = Object.getPrototypeOf(type);
  }
  return names;
}

/** The members of an enum, without the names that TypeScript adds for its numbers. */
function valuesOf(members: object): unknown[] {
  return Object.entries(members)
    .filter(
      ([key, value]) =>
        !(String(Number(key)) === key && (members as Record<string, unknown>)[value as string] === Number(key)),
    )
    .map(([, value]) => value as unknown);
}

function enumOf(values: readonly unknown[]): JsonSchema {
  const [type, ...others] = new Set(values.map((value) => typeof value));
  return { ...(others.length === 0 && type !== undefined && { type }), enum: values };
}
