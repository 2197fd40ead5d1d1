import { Ajv2020 } from 'ajv/dist/2020.js';
import { Type } from 'class-transformer';
import {
  ArrayContains,
  ArrayUnique,
  Contains,
  Equals,
  IsArray,
  IsBase64,
  IsDateString,
  IsEmail,
  IsEmpty,
  IsIn,
  IsInt,
  IsLatitude,
  IsNotEmptyObject,
  IsNotIn,
  IsNumber,
  IsOptional,
  IsPositive,
  IsString,
  IsUrl,
  Matches,
  NotEquals,
  ValidateNested,
} from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { departuresOf, widen } from '../../../lib/schema/hosts/index.js';
import { compileSchema, type JsonSchema, type SchemaSource } from '../../../lib/schema/index.js';

class Inner {
  @IsEmail() mail!: string;
  @IsOptional() @ValidateNested() @Type(() => Inner) more?: unknown;
}
class Everything {
  @IsArray() list!: unknown[];
  @IsArray({ each: true }) rows!: unknown[][];
  @IsIn([1, 2, 4]) size!: number;
  @IsIn(['a', 1, true, null]) mixed!: unknown;
  @IsIn(['', 'a']) blank!: string;
  @Equals('v1') version!: string;
  @Equals(true) agreed!: boolean;
  @IsPositive() price!: number;
  @IsInt() @IsPositive() count!: number;
  @IsLatitude() latitude!: number;
  @IsDateString() day!: string;
  @IsUrl() link!: string;
  @IsBase64() data!: string;
  @Matches(/^(?!undefined$)\w+$/) name!: string;
  @Matches(/a/) @Matches(/b/) both!: string;
  @Contains('x') @IsString() part!: string;
  @IsNotIn(['x']) other!: string;
  @NotEquals('y') another!: string;
  @ArrayUnique() @IsString({ each: true }) unique!: string[];
  @ArrayContains(['a']) some!: string[];
  @IsNotEmptyObject() map!: object;
  @IsOptional() @IsEmpty() nothing?: string;
  @ValidateNested() @Type(() => Inner) one!: Inner;
  @ValidateNested() @Type(() => Inner) two!: Inner;
  @IsNumber({}, { each: true }) numbers!: Set<number>;
}

const tree: z.ZodType = z.object({ name: z.string(), children: z.lazy(() => z.array(tree)) });
const shared = z.object({ a: z.string() }).meta({ id: 'Shared' });
const ZODS: readonly [string, z.ZodType, unknown[]][] = [
  [
    'strings',
    z.object({ a: z.email(), b: z.url().optional(), c: z.uuid().optional(), d: z.iso.date().optional() }),
    [{ a: 'a@b.example' }],
  ],
  [
    'numbers',
    z.object({ a: z.int().positive(), b: z.number().lt(5).multipleOf(0.5), c: z.int32() }),
    [{ a: 1, b: 4.5, c: -1 }],
  ],
  [
    'literals',
    z.object({ a: z.literal('x'), b: z.literal([1, 2]), c: z.literal(true), d: z.literal(['x', 1, null]) }),
    [{ a: 'x', b: 2, c: true, d: null }],
  ],
  ['a native enum', z.object({ a: z.enum({ Low: 1, High: 2 } as any) }), [{ a: 2 }]],
  [
    'null',
    z.object({ a: z.string().nullable(), b: z.null(), c: z.array(z.int()).nullish() }),
    [{ a: null, b: null, c: null }],
  ],
  [
    'tuples',
    z.object({ a: z.tuple([z.string(), z.number()]), b: z.tuple([z.string()], z.boolean()) }),
    [{ a: ['x', 1], b: ['x', true] }],
  ],
  [
    'records',
    z.object({
      a: z.record(z.string(), z.any()),
      b: z.record(z.string(), z.number()),
      c: z.record(z.enum(['x', 'y']), z.string()),
    }),
    [{ a: { k: [] }, b: { k: 1 }, c: { x: '', y: '' } }],
  ],
  ['anything', z.object({ a: z.any(), b: z.unknown(), c: z.array(z.any()) }), [{ a: 1, b: null, c: [{}] }]],
  [
    'unions',
    z.object({
      a: z.union([z.string(), z.array(z.string())]),
      b: z.discriminatedUnion('k', [z.object({ k: z.literal('x'), v: z.int() }), z.object({ k: z.literal('y') })]),
    }),
    [
      { a: ['x'], b: { k: 'x', v: 1 } },
      { a: 'x', b: { k: 'y' } },
    ],
  ],
  [
    'a union at the root',
    z.discriminatedUnion('k', [
      z.object({ k: z.literal('x'), v: z.int() }),
      z.object({ k: z.literal('y'), v: z.string().optional() }),
    ]),
    [{ k: 'x', v: 1 }, { k: 'y' }, { k: 'y', v: 'v' }],
  ],
  ['an intersection at the root', z.object({ a: z.string() }).and(z.object({ b: z.int() })), [{ a: 'x', b: 1 }]],
  ['recursion', z.object({ tree }), [{ tree: { name: 'x', children: [{ name: 'y', children: [] }] } }]],
  ['a schema used twice', z.object({ one: shared, two: z.array(shared) }), [{ one: { a: 'x' }, two: [{ a: 'y' }] }]],
  [
    'open and strict objects',
    z.object({ a: z.looseObject({ b: z.int() }), c: z.strictObject({}) }),
    [{ a: { b: 1, x: 2 }, c: {} }],
  ],
  [
    'defaults and words',
    z.object({ a: z.int().default(3).describe('How many'), b: z.string().meta({ examples: ['x'], deprecated: true }) }),
    [{ a: 1, b: 'x' }],
  ],
];

const conform = (schema: JsonSchema) =>
  new Ajv2020({ strict: false, validateFormats: false, ownProperties: true }).compile(schema);

describe('the schemas that hosts take', () => {
  it.each<[string, SchemaSource]>([
    ['a class', Everything],
    ...ZODS.map(([title, schema]): [string, SchemaSource] => [title, schema]),
  ])('what is announced of %s is in the subset of hosts, in arguments and results', async (_title, source) => {
    const input = await compileSchema(source, { direction: 'input' });
    expect(departuresOf(input.jsonSchema, 'input')).toEqual([]);
    const output = await compileSchema(source, { direction: 'output' });
    expect(departuresOf(output.jsonSchema, 'output')).toEqual([]);
  });

  it.each(ZODS)('what zod accepts of %s conforms to what is announced', async (_title, source, values) => {
    const { jsonSchema, validate } = await compileSchema(source, { direction: 'input' });
    const conforms = conform(jsonSchema);
    for (const value of values) {
      expect(await validate(value)).toMatchObject({ ok: true });
      expect([conforms(value), conforms.errors]).toEqual([true, null]);
    }
  });

  const rewritten: [string, object, object][] = [
    ['a list without items', { type: 'array' }, { type: 'array', items: {} }],
    ['an object without properties', { type: 'object' }, { type: 'object', properties: {} }],
    [
      'a boolean schema',
      { type: 'object', properties: { a: true, b: false } },
      { type: 'object', properties: { a: {} } },
    ],
    ['a constant', { const: 'a' }, { type: 'string', enum: ['a'] }],
    [
      'a choice of numbers',
      { enum: [3, 1] },
      { type: 'integer', minimum: 1, maximum: 3, description: 'One of: 3, 1.' },
    ],
    ['a choice with an empty text', { enum: ['', 'a'] }, { type: 'string', description: 'One of: "", "a".' }],
    [
      'several types',
      { type: ['string', 'null'], minLength: 1 },
      { anyOf: [{ type: 'string', minLength: 1 }, { type: 'null' }] },
    ],
    ['an exclusive limit of integers', { type: 'integer', exclusiveMinimum: 0 }, { type: 'integer', minimum: 1 }],
    [
      'an exclusive limit',
      { type: 'number', exclusiveMinimum: 0 },
      { type: 'number', minimum: 0, description: 'More than 0.' },
    ],
    [
      'a format',
      { type: 'string', format: 'email', description: 'Whose' },
      { type: 'string', description: 'Whose. An e-mail address.' },
    ],
    [
      'a pattern with lookahead',
      { type: 'string', pattern: '^(?!a)' },
      { type: 'string', description: 'Matches ^(?!a)' },
    ],
    [
      'a pattern with Unicode classes',
      { type: 'string', pattern: '^\\p{L}+$' },
      { type: 'string', description: 'Matches ^\\p{L}+$' },
    ],
    ['a plain pattern', { type: 'string', pattern: '^(?:a|\\\\p)$' }, { type: 'string', pattern: '^(?:a|\\\\p)$' }],
    ['oneOf', { oneOf: [{ type: 'string' }, { type: 'number' }] }, { anyOf: [{ type: 'string' }, { type: 'number' }] }],
    [
      'allOf',
      { allOf: [{ type: 'string', minLength: 1 }, { maxLength: 2 }] },
      { type: 'string', minLength: 1, maxLength: 2 },
    ],
    ['not', { type: 'string', not: { enum: ['a'] } }, { type: 'string', description: 'Not: "a".' }],
    [
      'a tuple',
      { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], items: false },
      { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'number' }] }, maxItems: 2 },
    ],
    [
      'a reference',
      { $defs: { A: { type: 'string' } }, type: 'object', properties: { a: { $ref: '#/$defs/A' } } },
      { type: 'object', properties: { a: { type: 'string' } } },
    ],
    [
      'a demanded name without a schema',
      { type: 'object', required: ['a'] },
      { type: 'object', required: ['a'], properties: { a: {} } },
    ],
    [
      'keywords of conditions',
      { type: 'object', properties: {}, if: {}, else: {}, patternProperties: {} },
      { type: 'object', properties: {} },
    ],
  ];
  it.each(rewritten)('%s is rewritten to what hosts take', (_title, given, expected) => {
    expect(widen(given as JsonSchema, 'output')).toEqual(expected);
    expect(departuresOf(expected as JsonSchema, 'output')).toEqual([]);
  });

  it('only recursion keeps a reference', async () => {
    const { jsonSchema } = await compileSchema(Everything, { direction: 'input' });
    const { one, two } = jsonSchema['properties'] as Record<string, any>;
    expect(JSON.stringify(jsonSchema).match(/"\$ref":"[^"]*"/g)).toEqual(
      expect.arrayContaining(['"$ref":"#/$defs/Inner"']),
    );
    expect(jsonSchema['$defs']).toMatchObject({ Inner: { properties: { more: { $ref: '#/$defs/Inner' } } } });
    expect([one, two]).toEqual([{ $ref: '#/$defs/Inner' }, { $ref: '#/$defs/Inner' }]);
    const { jsonSchema: twice } = await compileSchema(z.object({ one: shared, two: shared }), { direction: 'input' });
    expect(JSON.stringify(twice)).not.toContain('$ref');
  });

  it('any schema is rewritten into the subset, and accepts all that it accepted', () => {
    fc.assert(
      fc.property(anySchema, fc.array(anyValue, { maxLength: 8 }), (schema, values) => {
        const widened = widen(schema, 'output');
        const problems = departuresOf(widened, 'output');
        if (problems.length > 0) throw new Error(JSON.stringify({ problems, widened }));
        const [strict, wide] = [conform(schema), conform(widened)];
        for (const value of values)
          if (strict(value) && !wide(value)) throw new Error(JSON.stringify({ value, widened, errors: wide.errors }));
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it('a schema that the author wrote is sent as it stands, and what hosts refuse of it is warned of', async () => {
    const written = { type: 'object', properties: { 'a b': { type: 'array' }, c: { type: 'string', format: 'uri' } } };
    const { jsonSchema, warnings } = await compileSchema(written, { direction: 'input', where: 'the input of T.t' });
    expect(jsonSchema).toBe(written);
    expect(warnings).toEqual([
      'the input of T.t: some hosts refuse it because of properties (the name "a b" is not known), properties.a b.items (a list without items), properties.c.format (the format uri is not known)',
    ]);
    expect((await compileSchema(written, { direction: 'output' })).warnings).toEqual([]);
  });
});

const text = fc.constantFrom('', 'a', 'b', 'ab', 'aab');
const number = fc.constantFrom(-1, 0, 0.5, 1, 2, 3);
const anyValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    number,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

const part = <T>(key: string, value: fc.Arbitrary<T>) => value.map((one) => ({ [key]: one }));
const depth = fc.createDepthIdentifier();
const anySchema = fc.letrec<{ schema: JsonSchema }>((tie) => {
  const inner = tie('schema');
  const keyword = fc.oneof(
    { maxDepth: 2, depthIdentifier: depth },
    part(
      'type',
      fc.constantFrom<unknown>(
        'string',
        'number',
        'integer',
        'boolean',
        'array',
        'object',
        'null',
        ['string', 'null'],
        ['array', 'object', 'integer'],
      ),
    ),
    part(
      'enum',
      fc.uniqueArray(fc.oneof(text, number, fc.boolean(), fc.constant(null)), { minLength: 1, maxLength: 4 }),
    ),
    part('const', fc.oneof(text, number, fc.boolean(), fc.constant(null))),
    part('minLength', fc.nat(2)),
    part('pattern', fc.constantFrom('^a', '^(?!a)', 'b$')),
    part('format', fc.constantFrom('email', 'date-time')),
    part('minimum', number),
    part('exclusiveMaximum', number),
    part('exclusiveMinimum', number),
    part('multipleOf', fc.constantFrom(1, 2)),
    part('minItems', fc.nat(2)),
    part('maxItems', fc.nat(2)),
    part('uniqueItems', fc.boolean()),
    part('items', fc.oneof(inner, fc.boolean())),
    part('prefixItems', fc.array(inner, { minLength: 1, maxLength: 2 })),
    part('contains', inner),
    part('required', fc.uniqueArray(fc.constantFrom('a', 'b'), { maxLength: 2 })),
    part(
      'properties',
      fc.dictionary(fc.constantFrom('a', 'b'), fc.oneof(inner, fc.boolean()), { maxKeys: 2, noNullPrototype: true }),
    ),
    part('additionalProperties', fc.oneof(fc.boolean(), inner)),
    part('patternProperties', fc.constant({ '^c': {} })),
    part('minProperties', fc.nat(2)),
    part('anyOf', fc.array(inner, { minLength: 1, maxLength: 3 })),
    part('oneOf', fc.array(inner, { minLength: 1, maxLength: 3 })),
    part('allOf', fc.array(inner, { minLength: 1, maxLength: 3 })),
    part('not', inner),
    part('if', inner),
  );
  return {
    schema: fc
      .array(keyword, { maxLength: 4, size: 'small', depthIdentifier: depth })
      .map((parts) => Object.assign({}, ...parts) as JsonSchema),
  };
}).schema;
