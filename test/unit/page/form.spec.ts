import { describe, expect, it } from 'vitest';
import { chosenVariant, type Draft, draftOf } from '../../../inspector/src/form/draft.js';
import type { Field, GroupField } from '../../../inspector/src/form/field.js';
import { fieldOfSchema } from '../../../inspector/src/form/field-of-schema.js';
import { valueOfDraft } from '../../../inspector/src/form/value-of-draft.js';

const object = (properties: object, required: string[] = [], more: object = {}) =>
  fieldOfSchema({ type: 'object', properties, required, ...more }) as GroupField;
const only = (schema: object, required = true): Field => object({ x: schema }, required ? ['x'] : []).fields[0]!;
/** Fills in what is given, and leaves the rest as it was. */
const fill = (field: GroupField, drafts: Record<string, Draft> = {}) =>
  valueOfDraft(field, { ...(draftOf(field) as object), ...drafts });

describe('which input a schema gets', () => {
  it.each([
    [
      'a text',
      { type: 'string', minLength: 1, maxLength: 80, pattern: 'a' },
      { kind: 'text', input: 'text', maxLength: 80 },
    ],
    ['a long text', { type: 'string', maxLength: 5000 }, { kind: 'text', input: 'multiline' }],
    ['an address', { type: 'string', format: 'email' }, { kind: 'text', input: 'email' }],
    ['a URI', { type: 'string', format: 'uri' }, { kind: 'text', input: 'url' }],
    ['a day', { type: 'string', format: 'date' }, { kind: 'text', input: 'date' }],
    ['a time', { type: 'string', format: 'date-time' }, { kind: 'text', input: 'datetime-local' }],
    [
      'an integer',
      { type: 'integer', minimum: 1, maximum: 9 },
      { kind: 'number', isInteger: true, minimum: 1, maximum: 9 },
    ],
    ['a number', { type: 'number' }, { kind: 'number', isInteger: false }],
    ['a number or null', { type: ['null', 'number'] }, { kind: 'number' }],
    ['an optional number of some libraries', { anyOf: [{ type: 'number' }, { type: 'null' }] }, { kind: 'number' }],
    ['a boolean', { type: 'boolean' }, { kind: 'switch' }],
    [
      'certain values',
      { enum: ['a', 2, null] },
      { kind: 'choice', options: [{ value: 'a' }, { value: 2 }, { value: null }] },
    ],
    ['values with names', { enum: ['a'], enumNames: ['A'] }, { kind: 'choice', options: [{ value: 'a', label: 'A' }] }],
    [
      'titled values',
      { oneOf: [{ const: 'a', title: 'A' }] },
      { kind: 'choice', options: [{ value: 'a', label: 'A' }] },
    ],
    ['several of certain values', { type: 'array', items: { enum: ['a', 'b'] } }, { kind: 'choices' }],
    ['several titled values', { type: 'array', items: { anyOf: [{ const: 'a', title: 'A' }] } }, { kind: 'choices' }],
    ['a list', { type: 'array', items: { type: 'string' }, maxItems: 3 }, { kind: 'list', maxItems: 3 }],
    ['an object', { type: 'object', properties: { y: { type: 'string' } } }, { kind: 'group' }],
    ['an object without a type', { properties: { y: {} } }, { kind: 'group' }],
    ['an object of any properties', { type: 'object' }, { kind: 'json' }],
    ['a list of anything', { type: 'array' }, { kind: 'json' }],
    ['anything', {}, { kind: 'json' }],
    ['one value', { const: 5 }, { kind: 'constant', value: 5 }],
    ['a text or a number', { anyOf: [{ type: 'string' }, { type: 'number' }] }, { kind: 'variants' }],
  ])('%s', (_what, schema, expected) => {
    expect(only(schema)).toMatchObject(expected);
  });

  it('a boolean that may be absent is a choice of three', () => {
    expect(only({ type: 'boolean' }, false)).toMatchObject({
      kind: 'choice',
      options: [{ value: true }, { value: false }],
    });
    expect(only({ type: 'boolean', default: false }, false)).toMatchObject({ kind: 'switch' });
  });

  it('titles, descriptions and examples are shown', () => {
    const field = only({ type: 'string', title: 'City', description: 'As written', examples: ['Oslo'] });
    expect(field).toMatchObject({ name: 'x', label: 'City', description: 'As written', placeholder: 'Oslo' });
  });

  it('references and parts are followed', () => {
    const $defs = { City: { type: 'string', title: 'City' }, 'a/b': { type: 'integer' } };
    const { fields } = object(
      {
        city: { $ref: '#/$defs/City' },
        odd: { $ref: '#/$defs/a~1b' },
        both: { allOf: [{ type: 'string' }, { title: 'T' }] },
      },
      [],
      { $defs },
    );
    expect(fields).toMatchObject([
      { kind: 'text', label: 'City' },
      { kind: 'number', isInteger: true },
      { kind: 'text', label: 'T' },
    ]);
  });

  it('alternatives that only say what is required leave one form', () => {
    const properties = { a: { type: 'string' }, b: { type: 'string' } };
    expect(
      fieldOfSchema({ type: 'object', properties, anyOf: [{ required: ['a'] }, { required: ['b'] }] }),
    ).toMatchObject({
      kind: 'group',
      fields: [{ name: 'a' }, { name: 'b' }],
    });
  });

  it('alternatives with properties have the common ones as well', () => {
    const alternative = (name: string) => ({ title: name, properties: { [name]: { type: 'string' } } });
    const field = fieldOfSchema({
      properties: { id: { type: 'string' } },
      oneOf: [alternative('a'), alternative('b')],
    });
    expect(field).toMatchObject({
      kind: 'variants',
      variants: [
        { label: 'a', fields: [{ name: 'id' }, { name: 'a' }] },
        { label: 'b', fields: [{ name: 'id' }, { name: 'b' }] },
      ],
    });
  });

  it('a schema that contains itself ends as JSON', () => {
    const field = fieldOfSchema({
      $defs: { Node: { type: 'object', properties: { next: { $ref: '#/$defs/Node' } } } },
      $ref: '#/$defs/Node',
    });
    expect(JSON.stringify(field)).toContain('"kind":"json"');
    expect(JSON.stringify(field).length).toBeLessThan(2000);
  });

  it.each([
    ['a missing reference', { $ref: '#/nowhere' }],
    ['a remote reference', { $ref: 'https://example.com/schema' }],
    ['a reference to itself', { $ref: '#/properties/x' }],
    ['true', true],
    ['false', false],
  ])('%s is filled in as JSON', (_what, schema) => {
    expect(only(schema as object)).toMatchObject({ kind: 'json' });
  });

  it.each([undefined, null, true, 7, 'x'])('a schema that is %j is an empty form', (schema) => {
    expect(fieldOfSchema(schema)).toMatchObject({ kind: 'json' });
  });
});

describe('what a filled in form means', () => {
  it('what is empty is absent, and what is required has to be there', () => {
    const form = object({ city: { type: 'string' }, days: { type: 'integer', title: 'Days' } }, ['days']);
    expect(fill(form)).toEqual({ value: {}, problems: [{ path: 'days', message: 'Days is required.' }] });
    expect(fill(form, { days: '3' })).toEqual({ value: { days: 3 }, problems: [] });
  });

  it('defaults are filled in', () => {
    const form = object({ city: { type: 'string', default: 'Oslo' }, days: { type: 'integer', default: 0 } });
    expect(fill(form).value).toEqual({ city: 'Oslo', days: 0 });
  });

  it('values keep their types', () => {
    const form = object({ pick: { enum: ['1', 1, true, null] }, flag: { type: 'boolean', default: true } });
    expect(fill(form, { pick: '1' }).value).toEqual({ pick: 1, flag: true });
    expect(fill(form, { pick: '3', flag: false }).value).toEqual({ pick: null, flag: false });
  });

  it.each([
    ['number', '1e3', 1000],
    ['number', '-0.5', -0.5],
    ['integer', '42', 42],
  ])('a %s is read from "%s"', (type, text, value) => {
    expect(fill(object({ x: { type } }), { x: text }).value).toEqual({ x: value });
  });

  it.each([
    ['integer', '1.5', 'x is not an integer.'],
    ['number', 'many', 'x is not a number.'],
  ])('a %s that is "%s" is a problem', (type, text, message) => {
    expect(fill(object({ x: { type } }), { x: text }).problems).toEqual([{ path: 'x', message }]);
  });

  it('what is out of bounds is sent: the server is what validates', () => {
    expect(fill(object({ x: { type: 'integer', maximum: 5 } }), { x: '9' })).toEqual({ value: { x: 9 }, problems: [] });
  });

  it('lists and groups in them are read, and problems say where they are', () => {
    const stop = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
    const form = object({ stops: { type: 'array', items: stop } });
    const { value, problems } = fill(form, { stops: [{ city: 'Oslo' }, { city: '' }] });
    expect(value).toEqual({ stops: [{ city: 'Oslo' }, {}] });
    expect(problems).toMatchObject([{ path: 'stops.1.city' }]);
  });

  it('an optional group that nobody touched is left out, whatever it requires', () => {
    const address = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
    expect(fill(object({ address }))).toEqual({ value: {}, problems: [] });
    expect(fill(object({ address }, ['address'])).problems).toMatchObject([{ path: 'address.city' }]);
  });

  it('one of several forms is chosen, and an optional one may be none', () => {
    const card = {
      type: 'object',
      properties: { type: { const: 'card' }, number: { type: 'string' } },
      required: ['type'],
    };
    const bill = { type: 'object', properties: { type: { const: 'bill' } }, required: ['type'] };
    const form = object({ pay: { oneOf: [card, bill] } });
    const [pay] = form.fields as [Field & { variants: Field[] }];
    expect(pay.variants.map(({ label }) => label)).toEqual(['card', 'bill']);
    expect(fill(form)).toEqual({ value: {}, problems: [] });
    expect(fill(form, { pay: chosenVariant(pay.variants, 1) }).value).toEqual({ pay: { type: 'bill' } });
    expect(fill(form, { pay: chosenVariant(pay.variants, -1) }).value).toEqual({});
  });

  it('JSON is read, and what is not JSON is a problem', () => {
    expect(fill(object({ any: {} }), { any: '{"a":[1]}' }).value).toEqual({ any: { a: [1] } });
    expect(fill(object({ any: {} }), { any: '{' }).problems).toMatchObject([{ path: 'any' }]);
  });

  it('a local time is sent with its zone', () => {
    const form = object({ at: { type: 'string', format: 'date-time' } });
    const { at } = fill(form, { at: '2026-07-28T09:30' }).value as { at: string };
    expect(at).toBe(new Date('2026-07-28T09:30').toISOString());
  });

  it.each([
    { city: 'Oslo', days: 3, tags: ['a'], flag: false, pick: 'b', picks: ['a'], any: { deep: [1] }, pay: 5 },
    { pay: 'x', sub: { y: 'z' }, tags: [], any: null },
    {},
  ])('the value %j is the same after it was shown in the form', (value) => {
    const form = object({
      city: { type: 'string' },
      days: { type: 'integer' },
      tags: { type: 'array', items: { type: 'string' } },
      flag: { type: 'boolean' },
      pick: { enum: ['a', 'b'] },
      picks: { type: 'array', items: { enum: ['a', 'b'] } },
      any: {},
      pay: { anyOf: [{ type: 'string' }, { type: 'number' }] },
      sub: { type: 'object', properties: { y: { type: 'string' } } },
    });
    const { tags: _, ...rest } = value as { tags?: string[] };
    const expected = value.tags?.length === 0 ? rest : value;
    expect(valueOfDraft(form, draftOf(form, value))).toEqual({ value: expected, problems: [] });
  });
});
