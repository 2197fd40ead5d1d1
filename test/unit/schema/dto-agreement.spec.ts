import { Ajv2020 } from 'ajv/dist/2020.js';
import { Type, plainToInstance } from 'class-transformer';
import {
  Allow,
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  Contains,
  Equals,
  IsArray,
  IsBoolean,
  IsDefined,
  IsDivisibleBy,
  IsEnum,
  IsHexColor,
  IsIn,
  IsInt,
  IsMongoId,
  IsNegative,
  IsNotEmpty,
  IsNotEmptyObject,
  IsNotIn,
  IsNumber,
  IsNumberString,
  IsObject,
  IsOptional,
  IsPositive,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  NotContains,
  NotEquals,
  ValidateNested,
  validateSync,
} from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileSchema } from '../../../lib/schema/index.js';

enum Named {
  A = 'a',
  B = 'b',
}
enum Numbered {
  One = 1,
  Two,
}

class Point {
  @IsNumber() @Min(-10) @Max(10) x!: number;
  @IsOptional() @IsNumber() y?: number;
}

class Kitchen {
  @IsString() @MinLength(1) @MaxLength(3) word!: string;
  @IsInt() @IsPositive() @Max(5) count: number = 1;
  @IsOptional() @IsNumber() @IsNegative() below?: number;
  @IsOptional() @IsDivisibleBy(3) third?: number;
  @IsOptional() @IsBoolean() flag?: boolean;
  @IsOptional() @IsEnum(Named) named?: Named;
  @IsOptional() @IsEnum(Numbered) numbered?: Numbered;
  @IsOptional() @IsIn(['a', 1, true]) among?: unknown;
  @IsOptional() @IsNotIn(['a', 1]) notAmong?: unknown;
  @IsOptional() @Equals('a') constant?: string;
  @IsOptional() @NotEquals('a') other?: unknown;
  @IsOptional() @IsNotEmpty() filled?: string;
  @IsDefined() defined!: unknown;
  @IsOptional() @Length(2, 3) sized?: string;
  @IsOptional() @Matches(/^a+$/) @Matches(/aa/) pattern?: string;
  @IsOptional() @Contains('a.') has?: string;
  @IsOptional() @NotContains('a') hasNot?: string;
  @IsOptional() @IsHexColor() color?: string;
  @IsOptional() @IsMongoId() mongo?: string;
  @IsOptional() @IsNumberString() digits?: string;
  @IsOptional() @IsObject() free?: object;
  @IsOptional() @IsNotEmptyObject() some?: object;
  @IsOptional() @IsArray() @ArrayMinSize(1) @ArrayMaxSize(2) list?: unknown[];
  @IsOptional() @IsString({ each: true }) @ArrayUnique() words?: string[];
  @IsOptional() @ValidateNested() @Type(() => Point) point?: Point;
  @IsOptional() @ValidateNested({ each: true }) @Type(() => Point) @ArrayMaxSize(2) points?: Point[];
  @IsOptional() @ValidateNested() @Type(() => Kitchen) inner?: unknown;
  @Allow() anything?: string;
}

const scalar = fc.constantFrom<unknown>(
  '',
  'a',
  'b',
  'aa',
  'a.',
  'aaa',
  'aaaa',
  '#fff',
  '12',
  '507f1f77bcf86cd799439011',
  true,
  false,
  -1,
  0,
  1,
  2,
  3,
  5,
  6,
  1.5,
  -10.5,
  11,
);
const json = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.record({ x: scalar, y: scalar, z: scalar }, { requiredKeys: [], noNullPrototype: true }) },
  {
    weight: 1,
    arbitrary: fc.array(fc.record({ x: scalar, y: scalar }, { requiredKeys: [], noNullPrototype: true }), {
      maxLength: 3,
    }),
  },
);
const KEYS = [...Object.getOwnPropertyNames(new Kitchen()), 'unknown', 'constructor', 'hasOwnProperty'];

/** Mostly valid values, so that the few invalid properties decide. */
const valid = { word: 'aa', count: 2, defined: 1 };
const kitchen = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...KEYS), json, { maxKeys: 4, noNullPrototype: true }),
    fc.option(fc.dictionary(fc.constantFrom(...KEYS), json, { maxKeys: 2, noNullPrototype: true })),
  )
  .map(([own, inner]) => ({ ...valid, ...own, ...(inner && { inner: { ...valid, ...inner } }) }));

describe('announced schema and validation of a DTO', () => {
  it('the announced schema and the validation of a DTO agree for any JSON without null', async () => {
    const { jsonSchema, validate, warnings } = await compileSchema(Kitchen, { direction: 'input', announced: false });
    expect(warnings).toEqual([]);
    const conforms = new Ajv2020({ strict: false, validateFormats: false, ownProperties: true }).compile(jsonSchema);
    let accepted = 0;
    let refused = 0;
    fc.assert(
      fc.property(kitchen, (value) => {
        const validated = validate(value);
        if (validated instanceof Promise) throw new Error('asynchronous');
        if (conforms(value) !== validated.ok) {
          throw new Error(`ajv ${JSON.stringify(conforms.errors)}, ours ${JSON.stringify(validated)}`);
        }
        if (validated.ok) accepted += 1;
        else refused += 1;
      }),
      { numRuns: 5000 },
    );
    // Otherwise the property would prove nothing.
    expect(Math.min(accepted, refused)).toBeGreaterThan(300);
  });

  it('a DTO accepts no value that class-validator refuses, and reports the same messages', async () => {
    const { validate } = await compileSchema(Kitchen, { direction: 'input', announced: false });
    fc.assert(
      fc.property(kitchen, (value) => {
        const validated = validate(value);
        if (validated instanceof Promise) throw new Error('asynchronous');
        const errors = validateSync(plainToInstance(Kitchen, structuredClone(value)), {
          whitelist: true,
          forbidNonWhitelisted: true,
        });
        if (validated.ok) {
          expect(errors).toEqual([]);
          return;
        }
        const messages = errors.flatMap(({ property, constraints }) =>
          Object.values(constraints ?? {}).map((message) => [property, message.replace(`${property} `, '')]),
        );
        // For broken rules of the top level, class-validator must report the same message.
        for (const { path, message } of validated.issues) {
          // class-validator keeps only one message of two @Matches.
          if (path === 'pattern' || !/^\w+$/.test(path) || /not a known|is required|must be (an? |one)/.test(message))
            continue;
          expect(messages).toContainEqual([path, message]);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('null counts as absent for optional properties only', async () => {
    const { validate } = await compileSchema(Kitchen, { direction: 'input', announced: false });
    expect(validate({ ...valid, point: null, words: null, flag: null })).toMatchObject({ ok: true });
    expect(validate({ ...valid, word: null })).toMatchObject({ ok: false });
    expect(validate({ ...valid, anything: null })).toMatchObject({ ok: false });
  });

  it('validated output always conforms to the announced schema', async () => {
    const { jsonSchema, validate } = await compileSchema(Kitchen, { direction: 'output', announced: false });
    const conforms = new Ajv2020({ strict: false, validateFormats: false, ownProperties: true }).compile(jsonSchema);
    fc.assert(
      fc.property(kitchen, fc.constantFrom(...KEYS), (value, nulled) => {
        const validated = validate({ ...value, [nulled]: null });
        if (validated instanceof Promise) throw new Error('asynchronous');
        if (validated.ok && !conforms(validated.value)) {
          throw new Error(`${JSON.stringify(conforms.errors)} for ${JSON.stringify(validated.value)}`);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('validation of a DTO never throws for any JSON', async () => {
    const { validate } = await compileSchema(Kitchen, { direction: 'input', announced: false });
    fc.assert(fc.property(fc.jsonValue(), (value) => void validate(value)));
    fc.assert(fc.property(fc.dictionary(fc.constantFrom(...KEYS), fc.jsonValue()), (value) => void validate(value)));
  });
});
