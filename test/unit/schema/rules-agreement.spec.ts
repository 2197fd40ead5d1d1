import { Ajv2020 } from 'ajv/dist/2020.js';
import { plainToInstance } from 'class-transformer';
import * as rules from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileSchema } from '../../../lib/schema/index.js';

enum Word {
  A = 'a',
  '1D' = '1D',
}

/** Whether the JSON Schema says a rule wholly, or accepts more than the rule, as it must for formats. */
type Exactness = 'exact' | 'wider';

const CASES: readonly [string, PropertyDecorator, Exactness][] = [
  ['IsString', rules.IsString(), 'exact'],
  ['IsBoolean', rules.IsBoolean(), 'exact'],
  ['IsInt', rules.IsInt(), 'exact'],
  ['IsNumber', rules.IsNumber(), 'exact'],
  ['IsNumber with decimals', rules.IsNumber({ maxDecimalPlaces: 1 }), 'wider'],
  ['IsObject', rules.IsObject(), 'exact'],
  ['IsNotEmptyObject', rules.IsNotEmptyObject(), 'exact'],
  ['IsArray', rules.IsArray(), 'exact'],
  ['IsEnum', rules.IsEnum(Word), 'exact'],
  ['IsEnum of a list', rules.IsEnum(['a', '12']), 'exact'],
  ['IsIn', rules.IsIn(['a', 1, true]), 'exact'],
  ['IsNotIn', rules.IsNotIn(['a', 1]), 'exact'],
  ['Equals', rules.Equals('a'), 'exact'],
  ['NotEquals', rules.NotEquals('a'), 'exact'],
  ['IsEmpty', rules.IsEmpty(), 'exact'],
  ['IsNotEmpty', rules.IsNotEmpty(), 'exact'],
  ['Min', rules.Min(1), 'exact'],
  ['Max', rules.Max(1), 'exact'],
  ['IsPositive', rules.IsPositive(), 'exact'],
  ['IsNegative', rules.IsNegative(), 'exact'],
  ['IsDivisibleBy', rules.IsDivisibleBy(3), 'exact'],
  ['IsLatitude', rules.IsLatitude(), 'wider'],
  ['IsLongitude', rules.IsLongitude(), 'wider'],
  ['MinLength', rules.MinLength(2), 'wider'],
  ['MaxLength', rules.MaxLength(2), 'wider'],
  ['Length', rules.Length(1, 2), 'wider'],
  ['Matches', rules.Matches(/^a/), 'exact'],
  ['Contains', rules.Contains('a'), 'exact'],
  ['NotContains', rules.NotContains('a'), 'exact'],
  ['IsEmail', rules.IsEmail(), 'wider'],
  ['IsUrl', rules.IsUrl(), 'wider'],
  ['IsUUID', rules.IsUUID(), 'wider'],
  ['IsFQDN', rules.IsFQDN(), 'wider'],
  ['IsIP', rules.IsIP(), 'wider'],
  ['IsISO8601', rules.IsISO8601(), 'wider'],
  ['IsDateString', rules.IsDateString(), 'wider'],
  ['IsRFC3339', rules.IsRFC3339(), 'wider'],
  ['IsJSON', rules.IsJSON(), 'wider'],
  ['IsBase64', rules.IsBase64(), 'wider'],
  ['IsBooleanString', rules.IsBooleanString(), 'exact'],
  ['IsNumberString', rules.IsNumberString(), 'exact'],
  ['IsAlpha', rules.IsAlpha(), 'exact'],
  ['IsAlphanumeric', rules.IsAlphanumeric(), 'exact'],
  ['IsAscii', rules.IsAscii(), 'exact'],
  ['IsHexadecimal', rules.IsHexadecimal(), 'exact'],
  ['IsHexColor', rules.IsHexColor(), 'exact'],
  ['IsMongoId', rules.IsMongoId(), 'exact'],
  ['IsMilitaryTime', rules.IsMilitaryTime(), 'exact'],
  ['ArrayMinSize', rules.ArrayMinSize(1), 'exact'],
  ['ArrayMaxSize', rules.ArrayMaxSize(1), 'exact'],
  ['ArrayNotEmpty', rules.ArrayNotEmpty(), 'exact'],
  ['ArrayUnique', rules.ArrayUnique(), 'exact'],
  ['ArrayContains', rules.ArrayContains(['a']), 'exact'],
  ['ArrayNotContains', rules.ArrayNotContains(['a']), 'exact'],
];

const samples: readonly unknown[] = [
  ...[
    '',
    'a',
    'A',
    'ab',
    'abc',
    'aa.b',
    '1D',
    '12',
    '-1',
    '+1.5',
    '1.',
    '0x1F',
    '#fff',
    '#abcd',
    '#12345',
    '23:59',
    '2359',
    '24:00',
  ],
  ...[
    '507f1f77bcf86cd799439011',
    'true',
    '1',
    'yes',
    'é',
    '😀',
    'a😀',
    'a b',
    'x\ny',
    '{"a":1}',
    'YQ==',
    '::1',
    '127.0.0.1',
  ],
  ...[
    'a@b.example',
    'https://example.com',
    'example.com',
    '2026-01-31',
    '2026-01-31T12:00:00Z',
    '2026-13-01',
    '12.5',
    '91',
  ],
  ...[-181, -91, -1, -0.5, 0, 0.25, 1, 1.5, 2, 3, 6, 90, 181, true, false],
  ...[[], ['a'], ['a', 'b'], ['a', 'a'], [1], [[]], {}, { a: 1 }, { a: null }],
];
const value = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...samples) },
  { weight: 1, arbitrary: fc.string({ maxLength: 6 }) },
);

describe('each rule of class-validator', () => {
  it.each(CASES)(
    '%s accepts what class-validator accepts, and its schema says so',
    async (_title, decorate, exactness) => {
      class Subject {
        value?: unknown;
      }
      Reflect.defineMetadata('design:type', Object, Subject.prototype, 'value');
      decorate(Subject.prototype, 'value');
      const { jsonSchema, validate } = await compileSchema(Subject, { direction: 'input', announced: false });
      const announced = await compileSchema(Subject, { direction: 'input' });
      const options = { strict: false, validateFormats: false, ownProperties: true };
      const conforms = new Ajv2020(options).compile(jsonSchema);
      const isAnnounced = new Ajv2020(options).compile(announced.jsonSchema);
      fc.assert(
        fc.property(value, (one) => {
          const ours = (validate({ value: one }) as { ok: boolean }).ok;
          const theirs = rules.validateSync(plainToInstance(Subject, { value: one })).length === 0;
          expect([one, ours]).toEqual([one, theirs]);
          if (exactness === 'exact') expect([one, conforms({ value: one })]).toEqual([one, ours]);
          else if (ours) expect([one, conforms({ value: one })]).toEqual([one, true]);
          if (ours) expect([one, isAnnounced({ value: one })]).toEqual([one, true]);
        }),
        { numRuns: 150 },
      );
    },
  );
});
