import type { JsonSchema } from 'nestjs-mcp-fleet';

const form = (properties: Record<string, unknown>, required = Object.keys(properties)) =>
  ({ type: 'object', properties, required }) as const satisfies JsonSchema;

export const nameForm: JsonSchema = form({ name: { type: 'string' } });
export const colorForm: JsonSchema = form({ color: { type: 'string' } });
export const okForm: JsonSchema = form({ ok: { type: 'boolean' } });
export const contextForm: JsonSchema = form({ context: { type: 'string' } });

export const userForm: JsonSchema = form({
  username: { type: 'string', description: "User's response" },
  email: { type: 'string', description: "User's email address" },
});

/** A default of each primitive type (SEP-1034). */
export const defaultsForm: JsonSchema = form(
  {
    name: { type: 'string', description: 'User name', default: 'John Doe' },
    age: { type: 'integer', description: 'User age', default: 30 },
    score: { type: 'number', description: 'User score', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', description: 'Verification status', default: true },
  },
  [],
);

const options = ['option1', 'option2', 'option3'];
const titled = [
  { const: 'value1', title: 'First Option' },
  { const: 'value2', title: 'Second Option' },
  { const: 'value3', title: 'Third Option' },
];

/** Each way to ask for a choice (SEP-1330). */
export const choicesForm: JsonSchema = form(
  {
    untitledSingle: { type: 'string', enum: options },
    titledSingle: { type: 'string', oneOf: titled },
    legacyEnum: {
      type: 'string',
      enum: ['opt1', 'opt2', 'opt3'],
      enumNames: ['Option One', 'Option Two', 'Option Three'],
    },
    untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
    titledMulti: { type: 'array', items: { anyOf: titled } },
  },
  [],
);
