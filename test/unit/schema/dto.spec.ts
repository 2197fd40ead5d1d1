import { Transform, Type, Expose, Exclude } from 'class-transformer';
import {
  Allow,
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  Equals,
  IsArray,
  IsBoolean,
  IsDate,
  IsDateString,
  IsEmail,
  IsEnum,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsNotEmptyObject,
  IsNumber,
  IsObject,
  IsOptional,
  IsPhoneNumber,
  IsPositive,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  registerDecorator,
  Validate,
  ValidateIf,
  ValidateNested,
  ValidatorConstraint,
} from 'class-validator';
import { ApiProperty } from '@nestjs/swagger';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { compileSchema, McpProperty, McpSchema, SchemaError } from '../../../lib/schema/index.js';
import type { SchemaSource, Validated } from '../../../lib/schema/index.js';

const input = (source: SchemaSource) => compileSchema(source, { direction: 'input', announced: false });
const output = (source: SchemaSource) => compileSchema(source, { direction: 'output', announced: false });

const issuesOf = (validated: Validated | Promise<Validated>): string[] => {
  if (validated instanceof Promise) throw new Error('expected a synchronous answer');
  return validated.ok ? [] : validated.issues.map(({ path, message }) => `${path}: ${message}`);
};
const valueOf = (validated: Validated | Promise<Validated>): any => {
  if (validated instanceof Promise) throw new Error('expected a synchronous answer');
  if (!validated.ok) throw new Error(JSON.stringify(validated.issues));
  return validated.value;
};

enum Unit {
  Celsius = 'c',
  Fahrenheit = 'f',
}
enum Level {
  Low,
  High,
}

class Query {
  @McpProperty({ description: 'City name, as people write it', examples: ['Oslo'], header: 'City' })
  @IsString()
  @MaxLength(80)
  city!: string;

  @IsOptional() @IsInt() @Min(1) @Max(14) days?: number = 3;
  @IsOptional() @IsEnum(Unit) unit?: Unit;
  @IsOptional() @IsArray() @ArrayMaxSize(3) @IsString({ each: true }) @Length(2, 5, { each: true }) tags?: string[];
}

describe('schema of a DTO', () => {
  it('the schema of a DTO reflects its decorators', async () => {
    const { jsonSchema, warnings } = await input(Query);
    expect(jsonSchema).toEqual({
      type: 'object',
      properties: {
        city: {
          description: 'City name, as people write it',
          type: 'string',
          maxLength: 80,
          examples: ['Oslo'],
          'x-mcp-header': 'City',
        },
        days: { type: 'integer', minimum: 1, maximum: 14, default: 3 },
        unit: { enum: ['c', 'f'] },
        tags: { type: 'array', maxItems: 3, items: { type: 'string', minLength: 2, maxLength: 5 } },
      },
      required: ['city'],
      additionalProperties: false,
    });
    expect(warnings).toEqual([]);
  });

  const cases: [string, PropertyDecorator[], unknown, object][] = [
    ['IsBoolean', [IsBoolean()], Boolean, { type: 'boolean' }],
    ['IsNumber', [IsNumber()], Number, { type: 'number' }],
    ['IsInt and IsPositive', [IsInt(), IsPositive()], Number, { type: 'integer', exclusiveMinimum: 0 }],
    ['two Mins', [Min(1), Min(5)], Number, { type: 'number', minimum: 5 }],
    ['IsDate', [IsDate()], Date, { type: 'string', format: 'date-time' }],
    [
      'IsDateString',
      [IsDateString()],
      String,
      { type: 'string', anyOf: [{ format: 'date' }, { format: 'date-time' }] },
    ],
    ['IsEmail', [IsEmail()], String, { type: 'string', format: 'email' }],
    ['IsUUID', [IsUUID()], String, { type: 'string', format: 'uuid' }],
    ['IsNotEmpty on a string', [IsNotEmpty()], String, { type: 'string', minLength: 1 }],
    ['IsNotEmpty on a number', [IsNotEmpty()], Number, { type: 'number' }],
    ['IsNotEmpty and MinLength', [IsNotEmpty(), IsString(), MinLength(3)], String, { type: 'string', minLength: 3 }],
    ['IsIn', [IsIn(['a', 1, null])], Object, { enum: ['a', 1, null] }],
    ['a numeric enum', [IsEnum(Level)], Number, { enum: [0, 1] }],
    ['Equals', [Equals('x')], String, { const: 'x' }],
    ['Matches', [Matches(/^[a-z]+$/)], String, { type: 'string', pattern: '^[a-z]+$' }],
    ['two Matches', [Matches(/a/), Matches(/b/)], String, { type: 'string', pattern: 'a', allOf: [{ pattern: 'b' }] }],
    ['IsObject', [IsObject()], Object, { type: 'object' }],
    ['ArrayNotEmpty', [ArrayNotEmpty()], Array, { type: 'array', minItems: 1, items: {} }],
    ['ArrayUnique', [ArrayUnique()], Array, { type: 'array', uniqueItems: true, items: {} }],
    ['each on a Set', [IsString({ each: true })], Set, { type: 'array', items: { type: 'string' } }],
    ['each on a Map', [IsInt({ each: true })], Map, { type: 'object', additionalProperties: { type: 'integer' } }],
    ['Allow and a TypeScript type', [Allow()], Number, { type: 'number' }],
    ['McpProperty alone', [McpProperty()], String, { type: 'string' }],
    [
      'extra keywords merged last',
      [IsString(), McpProperty({ schema: { type: ['string', 'null'] } })],
      String,
      { type: ['string', 'null'] },
    ],
  ];
  it.each(cases)('the schema of a property with %s is as expected', async (_name, decorators, type, expected) => {
    class Subject {
      value: unknown;
    }
    Reflect.defineMetadata('design:type', type, Subject.prototype, 'value');
    for (const decorate of decorators) decorate(Subject.prototype, 'value');
    const { jsonSchema, warnings } = await input(Subject);
    expect((jsonSchema['properties'] as any).value).toEqual(expected);
    expect(warnings).toEqual([]);
  });

  it('the schema of a DTO puts shared classes into $defs and separates two classes of the same name', async () => {
    const make = (description: string) => {
      class Part {
        @McpProperty({ description }) @IsString() a!: string;
      }
      return Part;
    };
    const One = make('one');
    const Two = make('two');
    class Whole {
      @ValidateNested() @Type(() => One) a!: object;
      @ValidateNested() @Type(() => One) b!: object;
      @ValidateNested() @Type(() => Two) c!: object;
      @ValidateNested({ each: true }) @Type(() => Two) d!: object[];
    }
    const { jsonSchema } = await input(Whole);
    expect(jsonSchema['properties']).toEqual({
      a: { $ref: '#/$defs/Part' },
      b: { $ref: '#/$defs/Part' },
      c: { $ref: '#/$defs/Part2' },
      d: { type: 'array', items: { $ref: '#/$defs/Part2' } },
    });
    expect(Object.keys(jsonSchema['$defs'] as object)).toEqual(['Part', 'Part2']);
  });

  it('the schema of a DTO follows classes that refer to themselves and to each other', async () => {
    class Tree {
      @IsString() name!: string;
      @IsOptional() @ValidateNested({ each: true }) @Type(() => Tree) children?: Tree[];
      @IsOptional() @ValidateNested() @Type(() => Leaf) leaf?: unknown;
    }
    class Leaf {
      @IsOptional() @ValidateNested() @Type(() => Leaf) next?: unknown;
      @IsOptional() @ValidateNested() @Type(() => Tree) tree?: Tree;
    }
    const { jsonSchema, validate } = await input(Tree);
    expect((jsonSchema['properties'] as any).children.items).toEqual({ $ref: '#' });
    expect((jsonSchema['$defs'] as any).Leaf.properties).toEqual({
      next: { $ref: '#/$defs/Leaf' },
      tree: { $ref: '#' },
    });
    new Ajv2020().compile(jsonSchema);
    expect(issuesOf(validate({ name: 'a', children: [{ name: 'b' }, { name: 1 }] }))).toEqual([
      'children[1].name: must be a string',
    ]);
    const value = valueOf(validate({ name: 'a', leaf: { next: { tree: { name: 'x' } } } }));
    expect(value.leaf.next.tree).toBeInstanceOf(Tree);
  });

  it('the schema of a subclass inherits properties and overrides them', async () => {
    class Base {
      @IsString() @MaxLength(5) a!: string;
      @IsInt() b!: number;
    }
    class Derived extends Base {
      @IsString() @MaxLength(9) override a: string = undefined as never;
      @IsBoolean() c!: boolean;
    }
    const { jsonSchema } = await input(Derived);
    expect(jsonSchema['properties']).toEqual({
      a: { type: 'string', maxLength: 9 },
      b: { type: 'integer' },
      c: { type: 'boolean' },
    });
  });

  it('the schema of a discriminated property lists its subtypes in oneOf', async () => {
    class Cat {
      @IsInt() lives!: number;
    }
    class Dog {
      @IsString() name!: string;
    }
    class Owner {
      @ValidateNested()
      @Type(() => Object, {
        discriminator: {
          property: 'kind',
          subTypes: [
            { value: Cat, name: 'cat' },
            { value: Dog, name: 'dog' },
          ],
        },
      })
      pet!: Cat | Dog;
    }
    const { jsonSchema, validate } = await input(Owner);
    expect((jsonSchema['properties'] as any).pet).toEqual({
      oneOf: [
        {
          type: 'object',
          properties: { lives: { type: 'integer' }, kind: { const: 'cat' } },
          required: ['lives', 'kind'],
          additionalProperties: false,
        },
        {
          type: 'object',
          properties: { name: { type: 'string' }, kind: { const: 'dog' } },
          required: ['name', 'kind'],
          additionalProperties: false,
        },
      ],
    });
    const raw = { pet: { kind: 'cat', lives: 9 } };
    expect(valueOf(validate(raw)).pet).toBeInstanceOf(Cat);
    expect(raw).toEqual({ pet: { kind: 'cat', lives: 9 } });
    expect(issuesOf(validate({ pet: { kind: 'fish' } }))).toEqual(['pet.kind: must be one of: cat, dog']);
    expect(issuesOf(validate({ pet: { kind: 'dog', lives: 9 } }))).toEqual([
      'pet.lives: is not a known property; known are: name',
      'pet.name: is required',
    ]);
    const dog = Object.assign(new Owner(), { pet: Object.assign(new Dog(), { name: 'Rex' }) });
    expect(valueOf((await output(Owner)).validate(dog))).toEqual({ pet: { name: 'Rex', kind: 'dog' } });
  });

  it('rules that JSON Schema cannot express cause warnings by class and property, and the rest is kept', async () => {
    const Even = () => (target: object, property: string) =>
      registerDecorator({
        name: 'isEven',
        target: target.constructor,
        propertyName: property,
        validator: { validate: (value: unknown) => typeof value === 'number' && value % 2 === 0 },
      });
    class Odd {
      @IsInt() @Even() even!: number;
      @Even() unknown!: unknown;
      @Matches(/abc/i) sloppy!: string;
      @IsPhoneNumber() phone!: string;
      @ValidateIf((o: Odd) => o.even === 2) @IsString() when?: string;
      @Transform(({ value }: { value: string }) => value.split(',')) @IsArray() list!: string[];
    }
    const { jsonSchema, warnings, validate } = await input(Odd);
    expect(jsonSchema['properties']).toEqual({
      even: { type: 'integer' },
      unknown: {},
      sloppy: { type: 'string' },
      phone: { type: 'string' },
      when: { type: 'string' },
      list: { type: 'array', items: {} },
    });
    expect(warnings.map((warning) => warning.split(':')[0])).toEqual([
      'Odd.even',
      'Odd.unknown',
      'Odd.sloppy',
      'Odd.phone',
      'Odd.when',
      'Odd.list',
    ]);
    expect(issuesOf(validate({ even: 3, unknown: 2, sloppy: 'ABC', phone: '+4722222222', list: 'a,b' }))).toEqual([
      'even: fails the rule isEven',
    ]);
    expect(issuesOf(validate({ even: 2, unknown: 2, sloppy: 'ABC', phone: '+4722222222', list: 5 }))[0]).toContain(
      'cannot be read',
    );
  });

  it('the schema of a DTO refuses @ValidateNested without a known class', async () => {
    class Holder {
      @ValidateNested() inner!: unknown;
    }
    await expect(input(Holder)).rejects.toThrow(/^Holder\.inner has @ValidateNested .* Add @Type\(\(\) => TheClass\)/);
  });

  it('the schema of a DTO refuses classes without decorated properties', async () => {
    class Nothing {
      a!: string;
    }
    await expect(input(Nothing)).rejects.toThrow(SchemaError);
    await expect(input(Object)).rejects.toThrow(/interfaces/);
  });

  it('the schema of a DTO reads descriptions and examples from @nestjs/swagger', async () => {
    class Described {
      @ApiProperty({ description: 'from swagger', example: 'x' }) @IsString() a!: string;
    }
    const { jsonSchema } = await input(Described);
    expect((jsonSchema['properties'] as any).a).toEqual({
      description: 'from swagger',
      type: 'string',
      examples: ['x'],
    });
  });
});

describe('validating input with a DTO', () => {
  it('validated input is an instance of the DTO with its defaults', async () => {
    const { validate } = await input(Query);
    const value = valueOf(validate({ city: 'Oslo' }));
    expect(value).toBeInstanceOf(Query);
    expect(value.days).toBe(3);
    expect(valueOf(validate({ city: 'Oslo', days: null, unit: null }))).toMatchObject({ days: 3, unit: null });
  });

  it('validation of input names the path and the rule of each mistake', async () => {
    const { validate } = await input(Query);
    expect(issuesOf(validate({ days: 99, tags: ['ok', 'x', 7], when: 1 }))).toEqual([
      'when: is not a known property; known are: city, days, unit, tags',
      'city: is required',
      'days: must not be greater than 14',
      'tags[1]: must be longer than or equal to 2 characters',
      'tags[2]: must be longer than or equal to 2 and shorter than or equal to 5 characters',
      'tags[2]: must be a string',
    ]);
  });

  it.each([null, undefined, 5, 'x', [], [{}]])('a DTO refuses %j as arguments', async (value) => {
    expect(issuesOf((await input(Query)).validate(value))).toEqual([': must be an object']);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    'a DTO refuses an unknown property named %s',
    async (name) => {
      const { validate } = await input(Query);
      const raw = JSON.parse(`{"city":"Oslo",${JSON.stringify(name)}:{"polluted":1}}`) as unknown;
      expect(issuesOf(validate(raw)).length).toBe(1);
      expect(({} as any).polluted).toBeUndefined();
    },
  );

  it('free-form values and open classes keep properties such as __proto__ without polluting prototypes', async () => {
    @McpSchema({ additionalProperties: true })
    class Open {
      @IsObject() free!: object;
    }
    const { validate, jsonSchema } = await input(Open);
    expect(jsonSchema['additionalProperties']).toBeUndefined();
    const value = valueOf(
      validate(JSON.parse('{"free":{"constructor":"x"},"extra":1,"constructor":"x","__proto__":{"polluted":1}}')),
    );
    expect(value).toBeInstanceOf(Open);
    expect(value.extra).toBe(1);
    expect(value.constructor).toBe(Open);
    expect(value.polluted).toBeUndefined();
  });

  it('validation of input accepts no list as an object and no object as a list', async () => {
    class Inner {
      @IsString() a!: string;
    }
    class Outer {
      @ValidateNested() one!: Inner;
      @ValidateNested({ each: true }) @Type(() => Inner) many!: Inner[];
      @IsString({ each: true }) words!: string[];
    }
    const { validate } = await input(Outer);
    expect(issuesOf(validate({ one: [{ a: 'x' }], many: { a: 'x' }, words: 'x' }))).toEqual([
      'one: must be an object',
      'many: must be an array',
      'words: must be an array',
    ]);
    expect(issuesOf(validate({}))).toEqual(['one: is required', 'many: is required', 'words: is required']);
  });

  it('validated input contains dates, sets, maps and converted scalars', async () => {
    class Rich {
      @IsDate() at!: Date;
      @IsInt({ each: true }) set!: Set<number>;
      @IsInt({ each: true }) map!: Map<string, number>;
      @Type(() => Number) @IsInt() count!: number;
      @Type(() => Boolean) @IsBoolean() flag!: boolean;
    }
    const { validate } = await input(Rich);
    const raw = { at: '2026-01-02T03:04:05Z', set: [1, 2, 2], map: { a: 1 }, count: '5', flag: 'false' };
    expect({ ...valueOf(validate(raw)) }).toEqual({
      at: new Date(raw.at),
      set: new Set([1, 2]),
      map: new Map([['a', 1]]),
      count: 5,
      flag: false,
    });
    expect(issuesOf(validate({ at: 'soon', set: ['x'], map: { a: 'x' }, count: 'five', flag: 'maybe' }))).toEqual([
      'at: must be a Date instance',
      'set[0]: must be an integer number',
      'map.a: must be an integer number',
      'count: must be an integer number',
      'flag: must be a boolean value',
    ]);
    expect(issuesOf(validate({ ...raw, at: 5 }))).toEqual(['at: must be a date-time string']);
  });

  it('validation of input is asynchronous only with an asynchronous validator', async () => {
    @ValidatorConstraint({ async: true })
    class Free {
      validate(value: string) {
        return Promise.resolve(value !== 'taken');
      }
      defaultMessage() {
        return '$property $value is taken';
      }
    }
    class Booking {
      @Validate(Free) @IsString() seat!: string;
    }
    const { validate } = await input(Booking);
    const answer = validate({ seat: 'taken' });
    expect(answer).toBeInstanceOf(Promise);
    expect(await answer).toEqual({ ok: false, issues: [{ path: 'seat', message: 'taken is taken' }] });
    expect(await validate({ seat: 'free' })).toMatchObject({ ok: true });
  });

  it("validation of input uses the author's own messages", async () => {
    class Worded {
      @IsNotEmpty({ message: 'Tell me the city' }) @IsString() city!: string;
      @IsIn([1, 2], { message: ({ value, property }) => `${property} cannot be ${value}` }) n!: number;
    }
    const { validate } = await input(Worded);
    expect(issuesOf(validate({ n: 3 }))).toEqual(['city: Tell me the city', 'n: cannot be 3']);
  });

  it('an error inside a validator is thrown, while a mistake of the caller is reported as an issue', async () => {
    const Trimmed = () => (target: object, property: string) =>
      registerDecorator({
        name: 'trimmed',
        target: target.constructor,
        propertyName: property,
        validator: { validate: (value: string) => value.trim() === value },
      });
    const Broken = () => (target: object, property: string) =>
      registerDecorator({
        name: 'broken',
        target: target.constructor,
        propertyName: property,
        validator: {
          validate: () => {
            throw new Error('database unavailable');
          },
        },
      });
    class Named {
      @IsString() @Trimmed() name!: string;
    }
    class Faulty {
      @IsString() @Broken() name!: string;
    }
    expect(issuesOf((await input(Named)).validate({ name: 5 }))).toEqual(['name: must be a string']);
    class Conditional {
      @IsString() kind!: string;
      @ValidateIf((o: Conditional) => o.kind.startsWith('a')) @IsString() name?: string;
    }
    expect(issuesOf((await input(Conditional)).validate({ kind: 5, name: 5 }))).toEqual(['kind: must be a string']);
    class Defaulted {
      @IsOptional() @IsObject() mode: { kind: string } = { kind: 'a' };
      @ValidateIf((o: Defaulted) => o.mode.kind === 'a') @IsString({ each: true }) names?: string[];
    }
    const { validate } = await input(Defaulted);
    expect(issuesOf(validate({ names: ['x'] }))).toEqual([]);
    expect(issuesOf(validate({ names: 'x' }))).toEqual(['names: must be an array']);
    const faulty = await input(Faulty);
    expect(() => faulty.validate({ name: 'x' })).toThrow('database unavailable');
  });

  it('validation of input survives a property named hasOwnProperty', async () => {
    class Bag {
      @IsNotEmptyObject() some!: object;
    }
    const { validate } = await input(Bag);
    expect(issuesOf(validate(JSON.parse('{"some":{"hasOwnProperty":1}}')))).toEqual([]);
    expect(issuesOf(validate({ some: {} }))).toEqual(['some: must be a non-empty object']);
  });

  it('the option required of @McpProperty overrides the rules', async () => {
    class Odd {
      @McpProperty({ required: false }) @IsString() a?: string;
      @McpProperty({ required: true }) b!: string;
      @IsString() @IsNotEmpty() placeholder: string = '';
    }
    const { validate, jsonSchema } = await input(Odd);
    expect(jsonSchema['required']).toEqual(['b', 'placeholder']);
    expect(issuesOf(validate({ b: 'x', placeholder: 'y' }))).toEqual([]);
    expect(issuesOf(validate({ a: 5 }))).toEqual(['b: is required', 'placeholder: is required', 'a: must be a string']);
  });

  it('compileSchema() refuses an input class whose constructor needs arguments', async () => {
    class Needy {
      @IsString() a: string;
      constructor(from: { a: string }) {
        this.a = from.a;
      }
    }
    await expect(input(Needy)).rejects.toThrow(/Needy cannot be created without constructor arguments\. Remove them/);
    const { validate } = await output(Needy);
    expect(valueOf(validate({ a: 'x' }))).toEqual({ a: 'x' });
  });

  it('validation of input reports at most 32 issues for one value', async () => {
    class Many {
      @IsInt({ each: true }) n!: number[];
    }
    const { validate } = await input(Many);
    expect(issuesOf(validate({ n: Array.from({ length: 100_000 }, () => 'x') }))).toHaveLength(32);
    expect(issuesOf(validate(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`p${i}`, i]))))).toHaveLength(
      32,
    );
  });

  it('validation of input honours @Expose names, @Exclude and @Transform', async () => {
    class Renamed {
      @Expose({ name: 'full_name' })
      @Transform(({ value }: any) => value.trim())
      @IsString()
      @MinLength(1)
      fullName!: string;
      @Exclude({ toClassOnly: true }) @IsOptional() @IsString() id?: string;
    }
    const { validate, jsonSchema } = await input(Renamed);
    expect(jsonSchema['required']).toEqual(['full_name']);
    expect(valueOf(validate({ full_name: ' Ann ' }))).toMatchObject({ fullName: 'Ann' });
    expect(issuesOf(validate({ full_name: ' ' }))).toEqual(['full_name: must be longer than or equal to 1 characters']);
    expect(issuesOf(validate({ full_name: 'Ann', id: 'x' }))).toEqual([
      'id: is not a known property; known are: full_name',
    ]);
  });
});

describe('validating output with a DTO', () => {
  class Place {
    @IsString() name!: string;
    @IsOptional() @IsString() note?: string | null;
    @IsDate() at!: Date;
    @McpProperty() get upper(): string {
      return this.name.toUpperCase();
    }
  }
  class Answer {
    @ValidateNested({ each: true }) @Type(() => Place) places!: Place[];
  }

  it('validated output contains only declared properties, of instances and plain objects alike', async () => {
    const { validate, jsonSchema } = await output(Answer);
    const at = new Date('2026-01-02T03:04:05Z');
    const instance = Object.assign(new Place(), { name: 'a', at, note: null, secret: 1 });
    const sent = valueOf(validate({ places: [instance, { name: 'b', at: at.toISOString(), secret: 1 }], secret: 2 }));
    expect(sent).toEqual({
      places: [
        { name: 'a', at: at.toISOString(), upper: 'A' },
        { name: 'b', at: at.toISOString(), upper: 'B' },
      ],
    });
    expect(new Ajv2020({ strict: false, validateFormats: false }).validate(jsonSchema, sent)).toBe(true);
  });

  it('validation of output refuses values that do not conform', async () => {
    const { validate } = await output(Answer);
    expect(issuesOf(validate({ places: [{ name: 5 }] }))).toEqual([
      'places[0].name: must be a string',
      'places[0].at: is required',
    ]);
    expect(issuesOf(validate({}))).toEqual(['places: is required']);
    expect(issuesOf(validate('x'))).toEqual([': must be an object']);
  });

  it('validation of output honours @Expose, @Exclude and @Transform', async () => {
    class User {
      @Expose({ name: 'full_name' }) @IsString() fullName!: string;
      @Exclude() @IsString() password!: string;
      @Transform(({ value }: any) => `#${value}`, { toPlainOnly: true }) @IsInt() id!: number;
    }
    const { validate, jsonSchema } = await output(User);
    expect(Object.keys(jsonSchema['properties'] as object)).toEqual(['full_name', 'id']);
    expect(valueOf(validate({ fullName: 'Ann', password: 'secret', id: 1 }))).toEqual({ full_name: 'Ann', id: '#1' });
  });
});
