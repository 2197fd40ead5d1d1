import { isObject, type JsonObject } from '../protocol/messages.js';
import { compileSchema, SchemaError, type CompiledSchema, type SchemaSource } from '../schema/index.js';

/** A form: the schema that is sent to the client, and the schema that validates the answer. */
export interface ElicitationForm {
  readonly requestedSchema: JsonObject;
  readonly schema: CompiledSchema;
}

/** The members of a field that may be sent (M/client/elicitation). All others are only validated by the server. */
const FIELD_MEMBERS = new Map<unknown, readonly string[]>([
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

/** Forms by their schema: a class or schema object is compiled once, however often it is asked. */
export class ElicitationForms {
  readonly #forms = new WeakMap<object, Promise<ElicitationForm>>();

  /** @throws {SchemaError} for a schema that is not a flat object of primitive fields */
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
  const schema = await compileSchema(source, {
    direction: 'input',
    where: `the elicitation form ${name}`,
    announced: false,
  });
  const { properties, required } = schema.jsonSchema as { properties?: JsonObject; required?: unknown };
  const fields = Object.entries(properties ?? {}).map(([field, value]) => [field, requestedField(name, field, value)]);
  const requested: JsonObject = { type: 'object', properties: Object.fromEntries(fields) };
  return { requestedSchema: required === undefined ? requested : { ...requested, required }, schema };
}

function requestedField(form: string, name: string, property: unknown): JsonObject {
  const field = isObject(property) && isStrings(property.enum) ? { type: 'string', ...property } : property;
  const members = isObject(field) ? FIELD_MEMBERS.get(field.type) : undefined;
  if (!isObject(field) || !members || (field.type === 'array' && !isChoice(field.items))) {
    throw new SchemaError(
      `The field "${name}" of the elicitation form ${form} is not a string, number, boolean or choice`,
      'Ask for flat, primitive fields only; a list must be a choice among fixed strings',
    );
  }
  if (field.writeOnly === true) {
    throw new SchemaError(
      `The field "${name}" of the elicitation form ${form} is a secret, and forms pass through the client`,
      'Ask for it on a page of your own, with ctx.elicitUrl()',
    );
  }
  const sent = Object.fromEntries(members.filter((member) => field[member] !== undefined).map((m) => [m, field[m]]));
  if (sent.format !== undefined && !FORMATS.includes(sent.format)) delete sent.format;
  return sent;
}

/** `@IsIn(['a', 'b'])` declares no type, but a form needs one. */
const isStrings = (choices: unknown): boolean =>
  Array.isArray(choices) && choices.every((choice) => typeof choice === 'string');

/** A choice among fixed strings, with titles (`anyOf`) or without (`enum`). */
const isChoice = (items: unknown): boolean =>
  isObject(items) && (Array.isArray(items.enum) || Array.isArray(items.anyOf));
