import { isObject, type JsonObject } from '../protocol/messages.js';
import { compileSchema, SchemaError, type CompiledSchema, type SchemaSource } from '../schema/index.js';

/** A form to be filled in: what the client is told, and what its answer is checked against. */
export interface ElicitationForm {
  readonly requestedSchema: JsonObject;
  readonly schema: CompiledSchema;
}

/** What a field of a form may say (M/client/elicitation); anything else is checked here but not told. */
const TOLD = new Map<unknown, readonly string[]>([
  [
    'string',
    ['type', 'title', 'description', 'minLength', 'maxLength', 'format', 'default', 'enum', 'enumNames', 'oneOf'],
  ],
  ['number', ['type', 'title', 'description', 'minimum', 'maximum', 'default']],
  ['integer', ['type', 'title', 'description', 'minimum', 'maximum', 'default']],
  ['boolean', ['type', 'title', 'description', 'default']],
  ['array', ['type', 'title', 'description', 'minItems', 'maxItems', 'items', 'default']],
]);
const FORMATS: readonly unknown[] = ['email', 'uri', 'date', 'date-time'];

/** Forms by the schema they were made of: a class or schema object is compiled once, however often it is asked. */
export class ElicitationForms {
  readonly #forms = new WeakMap<object, Promise<ElicitationForm>>();

  /** @throws {SchemaError} for a schema that is no flat form of primitive fields */
  of(source: SchemaSource): Promise<ElicitationForm> {
    const known = this.#forms.get(source);
    if (known) return known;
    const form = compileForm(source);
    this.#forms.set(source, form);
    return form;
  }
}

async function compileForm(source: SchemaSource): Promise<ElicitationForm> {
  const name = typeof source === 'function' ? source.name : 'the form';
  const schema = await compileSchema(source, { direction: 'input', where: `the elicitation form ${name}` });
  const { properties, required } = schema.jsonSchema as { properties?: JsonObject; required?: unknown };
  const fields = Object.entries(properties ?? {}).map(([field, value]) => [field, toldField(name, field, value)]);
  const told: JsonObject = { type: 'object', properties: Object.fromEntries(fields) };
  return { requestedSchema: required === undefined ? told : { ...told, required }, schema };
}

function toldField(form: string, name: string, given: unknown): JsonObject {
  const field = isObject(given) && isStrings(given.enum) ? { type: 'string', ...given } : given;
  const members = isObject(field) ? TOLD.get(field.type) : undefined;
  if (!isObject(field) || !members || (field.type === 'array' && !isChoice(field.items))) {
    throw new SchemaError(
      `The field "${name}" of the elicitation form ${form} is not a string, number, boolean or choice`,
      'Ask for flat, primitive fields only; a list must be a choice among fixed strings',
    );
  }
  const told = Object.fromEntries(members.filter((member) => field[member] !== undefined).map((m) => [m, field[m]]));
  if (told.format !== undefined && !FORMATS.includes(told.format)) delete told.format;
  return told;
}

/** `@IsIn(['a', 'b'])` says nothing of a type, a form has to. */
const isStrings = (choices: unknown): boolean =>
  Array.isArray(choices) && choices.every((choice) => typeof choice === 'string');

/** Several of fixed strings, with titles (`anyOf`) or without (`enum`). */
const isChoice = (items: unknown): boolean =>
  isObject(items) && (Array.isArray(items.enum) || Array.isArray(items.anyOf));
