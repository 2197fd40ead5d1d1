import {
  ApiExtraModels,
  ApiHideProperty,
  ApiProperty,
  ApiPropertyOptional,
  ApiSchema,
  getSchemaPath,
} from '@nestjs/swagger';
import { describe, expect, it } from 'vitest';
import { compileSchema, swaggerSchema, type SchemaSource, type Validated } from '../../../lib/schema/index.js';

const input = (source: SchemaSource) => compileSchema(source, { direction: 'input', announced: false });
const output = (source: SchemaSource) => compileSchema(source, { direction: 'output', announced: false });
const issuesOf = (validated: Validated | Promise<Validated>): string[] => {
  if (validated instanceof Promise) throw new Error('expected a synchronous answer');
  return validated.ok ? [] : validated.issues.map(({ path, message }) => `${path}: ${message}`);
};

enum Status {
  Open = 'open',
  '2ndLine' = 'second',
}
enum Level {
  Low = 1,
  High,
}

@ApiSchema({ description: 'Where somebody lives' })
class Address {
  @ApiProperty({ description: 'The street', minLength: 2 }) street!: string;
  @ApiPropertyOptional({ pattern: /^\d{4}$/ as unknown as string }) zip?: string;
  @ApiHideProperty() internal?: string;
}

class Cat {
  @ApiProperty({ enum: ['cat'] }) kind!: 'cat';
  @ApiProperty() lives!: number;
}
class Dog {
  @ApiProperty({ enum: ['dog'] }) kind!: 'dog';
  @ApiProperty() name!: string;
}

@ApiExtraModels(Cat, Dog)
class Person {
  @ApiProperty({ example: 'Ada', title: 'Name' }) name!: string;
  @ApiProperty({ minimum: 0, maximum: 150, type: 'integer' }) age!: number;
  @ApiProperty({ enum: Status, enumName: 'Status' }) status!: Status;
  @ApiProperty({ enum: Level, isArray: true }) levels!: Level[];
  @ApiProperty({ type: () => Address }) home!: Address;
  @ApiProperty({ type: () => [Address], minItems: 1, required: false }) others?: Address[];
  @ApiProperty({ type: [String], nullable: true }) tags!: string[] | null;
  @ApiPropertyOptional() born?: Date;
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'number' } }) scores?: Record<string, number>;
  @ApiPropertyOptional({ oneOf: [{ type: 'string' }, { type: 'number' }] }) either?: string | number;
  @ApiPropertyOptional({
    oneOf: [{ $ref: getSchemaPath(Cat) }, { $ref: getSchemaPath(Dog) }],
    discriminator: { propertyName: 'kind', mapping: { cat: getSchemaPath(Cat), dog: getSchemaPath(Dog) } },
  })
  pet?: Cat | Dog;
  @ApiPropertyOptional({ anyOf: [{ $ref: getSchemaPath(Cat) }, { type: 'string' }] }) animal?: Cat | string;
  @ApiPropertyOptional({ type: () => Person }) parent?: unknown;
  @ApiPropertyOptional({ readOnly: true }) id?: string;
  @ApiPropertyOptional({ writeOnly: true, deprecated: true }) password?: string;
  @ApiPropertyOptional() days: number = 3;
}

const person = { name: 'Ada', age: 36, status: 'open', levels: [1], home: { street: 'Way' }, tags: null };

describe('classes that only @nestjs/swagger describes', () => {
  it('the schema has the types, limits, words and classes of @ApiProperty', async () => {
    const { jsonSchema, warnings } = await input(Person);
    const properties = jsonSchema['properties'] as Record<string, unknown>;
    expect(warnings).toEqual([]);
    expect(jsonSchema).toMatchObject({ type: 'object', required: ['name', 'age', 'status', 'levels', 'home', 'tags'] });
    expect(properties).toMatchObject({
      name: { title: 'Name', type: 'string', examples: ['Ada'] },
      age: { type: 'integer', minimum: 0, maximum: 150 },
      status: { type: 'string', enum: ['open', 'second'] },
      levels: { type: 'array', items: { type: 'number', enum: [1, 2] } },
      tags: { anyOf: [{ type: 'array', items: { type: 'string' } }, { type: 'null' }] },
      born: { type: 'string', format: 'date-time' },
      scores: { type: 'object', additionalProperties: { type: 'number' } },
      either: { oneOf: [{ type: 'string' }, { type: 'number' }] },
      password: { type: 'string', description: 'Deprecated.' },
      days: { type: 'number', default: 3 },
    });
    expect(properties).not.toHaveProperty('id');
    expect((await output(Person)).jsonSchema['properties']).not.toHaveProperty('password');
  });

  it('arguments become instances, with dates and defaults', async () => {
    const { validate } = await input(Person);
    const validated = validate({
      ...person,
      born: '2000-01-02T00:00:00Z',
      others: [{ street: 'Ab' }],
      pet: { kind: 'dog', name: 'Rex' },
    });
    if (validated instanceof Promise || !validated.ok) throw new Error(JSON.stringify(validated));
    const made = validated.value as Person;
    expect(made).toBeInstanceOf(Person);
    expect(made.home).toBeInstanceOf(Address);
    expect(made.others?.[0]).toBeInstanceOf(Address);
    expect(made.born).toEqual(new Date('2000-01-02T00:00:00Z'));
    expect(made.pet).toEqual(Object.assign(new Dog(), { kind: 'dog', name: 'Rex' }));
    expect(made).toMatchObject({ tags: null, days: 3 });
  });

  const wrong: [string, object, string][] = [
    ['a missing property', { name: undefined }, 'name: is required'],
    ['a wrong type', { name: 1 }, 'name: must be a string'],
    ['a fraction', { age: 1.5 }, 'age: must be an integer'],
    ['a number too large', { age: 151 }, 'age: must be at most 150'],
    ['a value that the enum lacks', { status: 'shut' }, 'status: must be one of: open, second'],
    ['a wrong item', { levels: [1, 3] }, 'levels[1]: must be one of: 1, 2'],
    ['a nested mistake', { home: { street: 'x' } }, 'home.street: must have at least 2 characters'],
    ['a nested pattern', { home: { street: 'xy', zip: '12' } }, 'home.zip: must match ^\\d{4}$'],
    [
      'a hidden property',
      { home: { street: 'xy', internal: 'x' } },
      'home.internal: is not a known property; known are: street, zip',
    ],
    ['an object in place of a list', { others: {} }, 'others: must be an array'],
    ['a list too short', { others: [] }, 'others: must have at least 1 items'],
    ['a date that is none', { born: 'soon' }, 'born: must be a date-time string'],
    ['a wrong member of a map', { scores: { a: 'x' } }, 'scores.a: must be a number'],
    ['a value of no branch', { either: true }, 'either: must have exactly one of the allowed forms'],
    ['an unknown discriminator', { pet: { kind: 'cow' } }, 'pet.kind: must be one of: cat, dog'],
    ['a mistake behind a discriminator', { pet: { kind: 'dog' } }, 'pet.name: is required'],
    ['a union of a class', { animal: { kind: 'cat' } }, 'animal: must have one of the allowed forms'],
    ['a read-only property', { id: 'x' }, 'id: is not a known property; known are: '],
  ];
  it.each(wrong)('%s is refused with its path', async (_title, change, expected) => {
    const { validate } = await input(Person);
    expect(issuesOf(validate({ ...person, ...change })).map((issue) => issue.slice(0, expected.length))).toEqual([
      expected,
    ]);
  });

  it('a result sends only what the classes declare, inside a union as well', async () => {
    const { validate } = await output(Person);
    const cat = Object.assign(new Cat(), { kind: 'cat', lives: 9, secret: 1 });
    const validated = validate({ ...person, animal: cat, pet: cat, secret: 1, home: { street: 'Way', secret: 1 } });
    expect(validated).toEqual({
      ok: true,
      value: { ...person, animal: { kind: 'cat', lives: 9 }, pet: { kind: 'cat', lives: 9 } },
    });
  });

  it('a reference to a class that swagger was not told of is refused with the remedy', async () => {
    class Lost {
      @ApiProperty({ oneOf: [{ $ref: getSchemaPath(Cat) }] }) pet!: unknown;
    }
    await expect(input(Lost)).rejects.toThrow('Put @ApiExtraModels(Cat) on its class');
  });
});

/** As the compiler plugin of @nestjs/swagger writes it. */
class Plugged {
  name!: string;
  tags?: string[];
  status!: Status;
  address!: Address;
  inline?: { a: string; b?: number };
  @ApiProperty({ description: 'by hand' }) note!: string;
  static _OPENAPI_METADATA_FACTORY() {
    return {
      name: { required: true, type: () => String, description: 'By a comment', minLength: 1 },
      tags: { required: false, type: () => [String] },
      status: { required: true, enum: Status },
      address: { required: true, type: () => Address },
      inline: {
        required: false,
        type: () => ({ a: { required: true, type: () => String }, b: { required: false, type: () => Number } }),
      },
      note: { required: true, type: () => String, description: 'by the plugin' },
    };
  }
}
class PluggedMore extends Plugged {
  more!: boolean;
  static override _OPENAPI_METADATA_FACTORY() {
    return { more: { required: true, type: () => Boolean } } as any;
  }
}

describe('classes that the compiler plugin of @nestjs/swagger describes', () => {
  it('the schema comes from the metadata of the plugin, of base classes too', async () => {
    const { jsonSchema, validate } = await input(PluggedMore);
    expect(jsonSchema).toMatchObject({
      properties: {
        name: { type: 'string', description: 'By a comment', minLength: 1 },
        tags: { type: 'array', items: { type: 'string' } },
        status: { enum: ['open', 'second'] },
        address: { type: 'object', description: 'Where somebody lives', required: ['street'] },
        inline: { type: 'object', properties: { a: { type: 'string' }, b: { type: 'number' } }, required: ['a'] },
        note: { description: 'by hand' },
        more: { type: 'boolean' },
      },
      required: ['name', 'status', 'address', 'note', 'more'],
    });
    const right = { name: 'x', status: 'open', address: { street: 'Way' }, note: 'n', more: true };
    expect(validate(right)).toMatchObject({ ok: true });
    expect(issuesOf(validate({ ...right, inline: {} }))).toEqual(['inline.a: is required']);
    expect(issuesOf(validate({ ...right, tags: [1] }))).toEqual(['tags[0]: must be a string']);
  });
});

describe('the schema of a parameter', () => {
  it.each<[string, object, object]>([
    ['a type', { name: 'id', type: Number, description: 'Which' }, { type: 'number', description: 'Which' }],
    ['a schema', { name: 'id', schema: { type: 'integer', minimum: 1 } }, { type: 'integer', minimum: 1 }],
    ['an enum', { name: 'sort', enum: ['asc', 'desc'] }, { enum: ['asc', 'desc'] }],
    [
      'a list',
      { name: 'tags', type: [String], example: ['a'] },
      { type: 'array', items: { type: 'string' }, examples: [['a']] },
    ],
  ])('the options of a parameter with %s become JSON Schema', (_title, options, expected) => {
    expect(swaggerSchema(options, 'the parameter')).toEqual(expected);
  });
});
