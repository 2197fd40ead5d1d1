import * as mapped from '@nestjs/mapped-types';
import * as swagger from '@nestjs/swagger';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsString, MaxLength, Min, ValidateNested, validateSync } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { compileSchema, McpProperty, McpSchema, type SchemaSource } from '../../../lib/schema/index.js';

const input = (source: SchemaSource) => compileSchema(source, { direction: 'input', announced: false });
const propertiesOf = async (source: SchemaSource) =>
  (await input(source)).jsonSchema['properties'] as Record<string, Record<string, unknown>>;

class Spice {
  @McpProperty({ description: 'Its name' }) @IsString() name!: string;
}

@McpSchema({ description: 'A dish', additionalProperties: true })
class Dish {
  @McpProperty({ description: 'What it is called', examples: ['Ratatouille'], header: 'Dish' })
  @IsString()
  @MaxLength(20)
  name!: string;

  /** Nothing but our own decorator. */
  @McpProperty({ description: 'Where it comes from' }) region!: string;

  @ApiProperty({ description: 'In minutes' }) @IsInt() @Min(1) minutes: number = 20;

  @McpProperty({ title: 'Spices' }) @ValidateNested({ each: true }) @Type(() => Spice) spices!: Spice[];
}

class Extra {
  @McpProperty({ description: 'Stars' }) @IsInt() stars!: number;
}

type Library = typeof mapped;

describe.each<[string, Library]>([
  ['@nestjs/mapped-types', mapped],
  ['@nestjs/swagger', swagger as unknown as Library],
])('mapped types of %s', (_title, { IntersectionType, OmitType, PartialType, PickType }) => {
  it('PartialType() keeps what all decorators say, and requires nothing', async () => {
    class Patch extends PartialType(Dish) {}
    const { jsonSchema, validate, warnings } = await input(Patch);
    expect(warnings).toEqual([]);
    expect(jsonSchema).not.toHaveProperty('required');
    expect(jsonSchema).toMatchObject({
      description: 'A dish',
      properties: {
        name: { description: 'What it is called', examples: ['Ratatouille'], 'x-mcp-header': 'Dish', maxLength: 20 },
        region: { description: 'Where it comes from', type: 'string' },
        minutes: { type: 'integer', minimum: 1, default: 20 },
        spices: { title: 'Spices', items: { properties: { name: { description: 'Its name' } } } },
      },
    });
    expect(jsonSchema).not.toHaveProperty('additionalProperties');
    expect(validate({ region: null, unknown: 1 })).toMatchObject({ ok: true });
    expect(validate({ region: 1 })).toMatchObject({ ok: false, issues: [{ path: 'region' }] });
    expect(validate({ spices: [{}] })).toMatchObject({ ok: false, issues: [{ path: 'spices[0].name' }] });
  });

  it('PickType() and OmitType() keep it for the properties that stay', async () => {
    const picked = await propertiesOf(PickType(Dish, ['region', 'spices']));
    expect(Object.keys(picked)).toEqual(['region', 'spices']);
    expect(picked['region']).toEqual({ description: 'Where it comes from', type: 'string' });
    const left = await propertiesOf(OmitType(Dish, ['region']));
    expect(Object.keys(left).sort()).toEqual(['minutes', 'name', 'spices']);
    expect(left['name']).toMatchObject({ description: 'What it is called' });
  });

  it('IntersectionType() keeps it of both, and nesting them keeps it, too', async () => {
    class Rated extends IntersectionType(PartialType(PickType(Dish, ['name', 'region'])), OmitType(Extra, [])) {}
    const { jsonSchema } = await input(Rated);
    expect(jsonSchema).toMatchObject({
      properties: {
        name: { description: 'What it is called', maxLength: 20 },
        region: { description: 'Where it comes from' },
        stars: { description: 'Stars', type: 'integer' },
      },
      required: ['stars'],
    });
  });

  it('a subclass may say more of a property, and it is added', async () => {
    class Patch extends PartialType(Dish) {
      @McpProperty({ title: 'Region' }) declare region: string;
    }
    expect((await propertiesOf(Patch))['region']).toEqual({
      title: 'Region',
      description: 'Where it comes from',
      type: 'string',
    });
  });

  it('an output is read from a mapped type alike', async () => {
    const { jsonSchema, validate } = await compileSchema(PickType(Dish, ['name', 'region']), {
      direction: 'output',
      announced: false,
    });
    expect(jsonSchema).toMatchObject({ properties: { region: { description: 'Where it comes from' } } });
    expect(validate({ name: 'a', region: 'b' })).toEqual({ ok: true, value: { name: 'a', region: 'b' } });
  });
});

describe('@McpProperty beside class-validator', () => {
  it('a whitelist keeps a property that only @McpProperty declares', () => {
    const dish = Object.assign(new Dish(), { name: 'a', region: 'b', spices: [] });
    expect(validateSync(dish, { whitelist: true, forbidNonWhitelisted: true })).toEqual([]);
    expect(dish.region).toBe('b');
  });
});
