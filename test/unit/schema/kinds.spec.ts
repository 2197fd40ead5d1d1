import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { IsBoolean, IsInt, IsObject, IsOptional, IsString } from 'class-validator';
import {
  compileSchema,
  emptyInput,
  McpProperty,
  paramHeaders,
  promptArguments,
  SchemaError,
} from '../../../lib/schema/index.js';
import type { JsonSchema, SchemaSource } from '../../../lib/schema/index.js';

const input = (source: SchemaSource) => compileSchema(source, { direction: 'input', where: 'the input of tool t' });

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

describe('plain JSON Schema', () => {
  const schema = {
    $schema: DIALECT,
    type: 'object',
    $defs: { item: { $anchor: 'item', type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } },
    properties: {
      n: { type: 'integer', minimum: 1 },
      unit: { enum: ['c', 'f'] },
      items: { type: 'array', items: { $ref: '#item' } },
      when: { type: 'string', format: 'date-time' },
    },
    required: ['n'],
    additionalProperties: false,
  };

  it('a plain JSON Schema is kept verbatim and does not change the value', async () => {
    const compiled = await input(schema);
    expect(compiled.jsonSchema).toBe(schema);
    const value = { n: 1, items: [{ name: 'a' }], when: 'whenever' };
    const answer = compiled.validate(value);
    expect(answer).toEqual({ ok: true, value });
    expect((answer as any).value).toBe(value);
  });

  it('a plain JSON Schema reports every mistake with its path and a message', async () => {
    const { validate } = await input(schema);
    expect(validate({ unit: 'k', items: [{}, { name: 1 }, 2], more: 1, 'odd key': 1 })).toEqual({
      ok: false,
      issues: expect.arrayContaining([
        { path: 'n', message: 'is required' },
        { path: 'unit', message: 'must be one of: c, f' },
        { path: 'items[0].name', message: 'is required' },
        { path: 'items[1].name', message: 'must be a string' },
        { path: 'items[2]', message: 'must be an object' },
        { path: 'more', message: 'is not a known property' },
        { path: '["odd key"]', message: 'is not a known property' },
      ]),
    });
    expect(validate({ n: 0 })).toEqual({ ok: false, issues: [{ path: 'n', message: 'must be >= 1' }] });
    expect(validate(null)).toEqual({ ok: false, issues: [{ path: '', message: 'must be an object' }] });
  });

  it('a plain JSON Schema handles property names of Object.prototype correctly', async () => {
    const { validate } = await input({
      type: 'object',
      required: ['toString'],
      additionalProperties: false,
      properties: { toString: {} },
    });
    expect(validate({})).toMatchObject({ ok: false });
    expect(validate(JSON.parse('{"toString":1,"__proto__":1}'))).toMatchObject({ ok: false });
    expect(validate(JSON.parse('{"toString":1}'))).toMatchObject({ ok: true });
  });

  it('a plain JSON Schema reports one issue for a huge invalid list', async () => {
    const { validate } = await input({
      type: 'object',
      properties: { n: { type: 'array', items: { type: 'integer' } } },
    });
    const validated = validate({ n: Array.from({ length: 200_000 }, () => 'x') }) as any;
    expect(validated.issues).toHaveLength(1);
  });

  it('the formats of a JSON Schema are announced and not checked, and an unknown format is no error', async () => {
    const schema = {
      type: 'object',
      properties: { mail: { type: 'string', format: 'email' }, code: { type: 'string', format: 'shop-code' } },
    };
    const { jsonSchema, validate } = await compileSchema(schema, { direction: 'input' });
    expect(jsonSchema).toBe(schema);
    expect(validate({ mail: 'nobody', code: 'x' })).toMatchObject({ ok: true });
  });

  it('two JSON Schemas may share an $id', async () => {
    const one = { $id: 'urn:a:x', type: 'object', properties: { a: { type: 'string' } } };
    const two = { $id: 'urn:a:x', type: 'object', properties: { a: { type: 'number' } } };
    expect((await input(one)).validate({ a: 'x' })).toMatchObject({ ok: true });
    expect((await input(two)).validate({ a: 'x' })).toMatchObject({ ok: false });
  });

  it('a JSON Schema for output may have any type at its root', async () => {
    const { validate } = await compileSchema({ type: 'array', items: { type: 'number' } }, { direction: 'output' });
    expect(validate([1])).toMatchObject({ ok: true });
    expect((await compileSchema(String as never, { direction: 'output' })).jsonSchema).toEqual({ type: 'string' });
  });

  const deep = (levels: number): JsonSchema =>
    levels === 0 ? {} : { type: 'object', properties: { a: deep(levels - 1) } };
  const circular: Record<string, unknown> = { type: 'object' };
  circular['properties'] = { a: circular };
  it.each<[string, unknown, RegExp]>([
    [
      'another dialect',
      { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' },
      /declares the dialect .* 2020-12/,
    ],
    [
      'a network $ref',
      { type: 'object', properties: { a: { $ref: 'https://example.com/a.json' } } },
      /remote schemas are never fetched/,
    ],
    ['a dangling $ref', { type: 'object', properties: { a: { $ref: '#/$defs/none' } } }, /refers to #\/\$defs\/none/],
    ['a nonsensical keyword', { type: 'object', properties: { a: { type: 'text' } } }, /not a valid JSON Schema/],
    ['a root that is not an object', { type: 'string' }, /not an object at its root/],
    ['a root that says nothing', {}, /not an object at its root/],
    ['a schema that is too deep', deep(40), /larger than 64 levels/],
    [
      'a schema that is too large',
      { type: 'object', properties: Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`p${i}`, {}])) },
      /10000 subschemas/,
    ],
    ['a circular schema', circular, /contains itself/],
    ['null', null, /is not a schema/],
    ['a list', [], /is not a schema/],
    ['a number', 5, /is not a schema/],
  ])('compileSchema() refuses %s', async (_name, source, message) => {
    const error = await input(source as SchemaSource).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(SchemaError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toContain('the input of tool t');
  });
});

describe('Standard Schema', () => {
  const schema = z.object({
    city: z.string().max(3),
    days: z.coerce.number().default(3),
    list: z.array(z.object({ a: z.string() })).optional(),
  });

  it('a schema of zod validates and provides its own JSON Schema', async () => {
    const { jsonSchema, validate } = await input(schema);
    expect(jsonSchema).toMatchObject({
      type: 'object',
      properties: { city: { type: 'string', maxLength: 3 } },
      required: ['city'],
    });
    expect(validate({ city: 'a', days: '4' })).toEqual({ ok: true, value: { city: 'a', days: 4 } });
    expect(validate({ city: 'a', list: [{ a: 'x' }, {}] })).toMatchObject({
      ok: false,
      issues: [{ path: 'list[1].a' }],
    });
  });

  it('a Standard Schema for output announces the type after its transforms', async () => {
    const doubled = z.object({ n: z.string().transform(Number).pipe(z.number()) });
    const { jsonSchema, validate } = await compileSchema(doubled, { direction: 'output' });
    expect(jsonSchema['properties']).toEqual({ n: { type: 'number' } });
    expect(validate({ n: '5', more: 1 })).toEqual({ ok: true, value: { n: 5 } });
  });

  it('a Standard Schema may validate asynchronously', async () => {
    const { validate } = await input(z.object({ a: z.string().refine(async (a) => Promise.resolve(a === 'x')) }));
    expect(await validate({ a: 'x' })).toEqual({ ok: true, value: { a: 'x' } });
    expect(await validate({ a: 'y' })).toMatchObject({ ok: false, issues: [{ path: 'a' }] });
  });

  it('a Standard Schema that provides no JSON Schema needs one beside it', async () => {
    const silent = v.object({ a: v.string() });
    await expect(input(silent)).rejects.toThrow(/valibot.*\{ schema, jsonSchema \}/);
    const jsonSchema = { type: 'object', properties: { a: { type: 'string' } } };
    const compiled = await input({ schema: silent, jsonSchema });
    expect(compiled.jsonSchema).toBe(jsonSchema);
    expect(compiled.validate({ a: 'x' })).toEqual({ ok: true, value: { a: 'x' } });
    expect(compiled.validate({ a: 1 })).toMatchObject({ ok: false, issues: [{ path: 'a' }] });
  });

  it('a Standard Schema with a type that JSON lacks is refused', async () => {
    await expect(input(z.object({ at: z.date() }))).rejects.toThrow(/cannot be expressed in JSON Schema/);
    await expect(input(z.union([z.object({}), z.string()]))).rejects.toThrow(/not an object at its root/);
  });
});

describe('emptyInput', () => {
  it.each([
    [undefined, true],
    [{}, true],
    [{ a: 1 }, false],
    [null, false],
    [[], false],
    ['', false],
  ])('the schema of a tool without arguments given %j answers ok: %s', (value, ok) => {
    expect(emptyInput.validate(value)).toMatchObject({ ok });
  });
  it('the schema of a tool without arguments announces an empty object', () => {
    expect(emptyInput.jsonSchema).toEqual({ type: 'object', properties: {}, additionalProperties: false });
  });
});

describe('x-mcp-header', () => {
  const at = (properties: object, more: object = {}): JsonSchema => ({ type: 'object', properties, ...more });
  const mark = (type: unknown, name: unknown = 'Region') => ({ type, 'x-mcp-header': name });

  it('x-mcp-header is found at the root and in nested objects', () => {
    expect(
      paramHeaders(at({ a: mark('string'), b: at({ c: mark('integer', 'Depth'), d: mark('boolean', 'Flag') }) })),
    ).toEqual([
      { path: ['a'], name: 'Region', type: 'string' },
      { path: ['b', 'c'], name: 'Depth', type: 'integer' },
      { path: ['b', 'd'], name: 'Flag', type: 'boolean' },
    ]);
  });

  it('x-mcp-header is not mistaken for a property of that name or for data', () => {
    expect(
      paramHeaders(
        at({ 'x-mcp-header': { type: 'string' }, a: { const: mark('string'), default: { 'x-mcp-header': 'no' } } }),
      ),
    ).toEqual([]);
  });

  it.each<[string, JsonSchema]>([
    ['an empty name', at({ a: mark('string', '') })],
    ['a space', at({ a: mark('string', 'a b') })],
    ['a line break', at({ a: mark('string', 'a\r\nb') })],
    ['a colon', at({ a: mark('string', 'a:b') })],
    ['a name that is not a string', at({ a: mark('string', 5) })],
    ['a repeated name', at({ a: mark('string'), b: mark('string', 'rEGION') })],
    ['a number', at({ a: mark('number') })],
    ['an object', at({ a: mark('object') })],
    ['several types', at({ a: mark(['string', 'null']) })],
    ['no type', at({ a: { 'x-mcp-header': 'Region' } })],
    ['the root', { ...at({}), 'x-mcp-header': 'Region' }],
    ['items', at({ a: { type: 'array', items: mark('string') } })],
    ['prefixItems', at({ a: { type: 'array', prefixItems: [mark('string')] } })],
    ['oneOf', at({ a: { oneOf: [mark('string')] } })],
    ['anyOf at the root', at({}, { anyOf: [at({ a: mark('string') })] })],
    ['the keyword not', at({ a: { not: mark('string') } })],
    ['the keyword if', at({}, { if: at({ a: mark('string') }) })],
    ['the keyword else', at({}, { else: at({ a: mark('string') }) })],
    ['$defs', at({}, { $defs: { a: mark('string') } })],
    ['additionalProperties', at({}, { additionalProperties: mark('string') })],
    ['patternProperties', at({}, { patternProperties: { a: mark('string') } })],
    ['properties behind items', at({ a: { type: 'array', items: at({ b: mark('string') }) } })],
  ])('x-mcp-header is refused: %s', (_name, schema) => {
    expect(() => paramHeaders(schema)).toThrow(SchemaError);
  });
});

describe('promptArguments()', () => {
  class Trip {
    @McpProperty({ title: 'City', description: 'Where to' }) @IsString() city!: string;
    @IsOptional() @IsInt() days?: number;
    @IsOptional() @IsBoolean() cheap?: boolean;
  }
  const prompt = (source: SchemaSource) =>
    compileSchema(source, { direction: 'input', strings: true, where: 'the input of prompt p' });

  it('the arguments of a prompt come from a DTO or a Standard Schema', async () => {
    expect(promptArguments(await prompt(Trip))).toEqual([
      { name: 'city', title: 'City', description: 'Where to', required: true },
      { name: 'days', required: false },
      { name: 'cheap', required: false },
    ]);
    expect(promptArguments(await prompt(z.object({ n: z.number().nullable().describe('N') })))).toEqual([
      { name: 'n', description: 'N', required: true },
    ]);
  });

  it('the arguments of a prompt are converted from strings', async () => {
    const { validate } = await prompt(Trip);
    expect(validate({ city: '5', days: '2', cheap: 'false' })).toMatchObject({
      ok: true,
      value: { city: '5', days: 2, cheap: false },
    });
    expect(validate({ city: 'a', days: 'two' })).toEqual({
      ok: false,
      issues: [{ path: 'days', message: 'must be an integer number' }],
    });
    expect(validate({ city: 'a', days: '' })).toMatchObject({ ok: false });
    expect((await prompt(z.object({ n: z.number() }))).validate({ n: '1e3' })).toEqual({
      ok: true,
      value: { n: 1000 },
    });
    const defs = {
      type: 'object',
      $defs: { n: { type: 'integer' } },
      properties: { n: { $ref: '#/$defs/n' }, e: { enum: [1, 2] } },
    };
    expect((await prompt(defs)).validate({ n: '7', e: '2' })).toEqual({ ok: true, value: { n: 7, e: 2 } });
  });

  it('a prompt argument that is an object or a list is refused', async () => {
    class Complex {
      @IsObject() where!: object;
    }
    await expect(prompt(Complex)).rejects.toThrow(/argument where is of type object/);
    await expect(prompt(z.object({ l: z.array(z.string()) }))).rejects.toThrow(SchemaError);
  });
});
