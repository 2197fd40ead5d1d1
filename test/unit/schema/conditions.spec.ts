import { PartialType as MappedPartialType } from '@nestjs/mapped-types';
import { PartialType as SwaggerPartialType } from '@nestjs/swagger';
import { IsBoolean, IsNumber, IsOptional, IsString, MaxLength, ValidateIf } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { compileSchema } from '../../../lib/schema/index.js';

class Product {
  @IsString() @MaxLength(5) name!: string;
  @IsString() @IsOptional() @MaxLength(5) note?: string;
  @IsOptional() @IsOptional() @IsNumber() price?: number;
}

describe('conditions of a DTO', () => {
  it.each([
    ['@nestjs/mapped-types', MappedPartialType(Product)],
    ['@nestjs/swagger', SwaggerPartialType(Product)],
    ['@nestjs/mapped-types, twice', MappedPartialType(MappedPartialType(Product))],
    ['@nestjs/mapped-types without null', MappedPartialType(Product, { skipNullProperties: false })],
    ['@nestjs/swagger without null', SwaggerPartialType(Product, { skipNullProperties: false })],
  ])('PartialType() of %s makes every property optional and warns of nothing', async (_title, source) => {
    const { jsonSchema, validate, warnings } = await compileSchema(source, { direction: 'input', announced: false });
    expect(warnings).toEqual([]);
    expect(jsonSchema).not.toHaveProperty('required');
    expect(validate({})).toMatchObject({ ok: true });
    expect(validate({ name: 'longer than five' })).toMatchObject({ ok: false });
  });

  it('a property that may be missing but not null refuses null', async () => {
    const { validate } = await compileSchema(MappedPartialType(Product, { skipNullProperties: false }), {
      direction: 'input',
    });
    expect(validate({ name: null })).toMatchObject({ ok: false });
    expect(validate({ note: null })).toMatchObject({ ok: true });
  });

  it.each([
    ['another property', ValidateIf((product: { flag: boolean }) => product.flag)],
    ['a certain value', ValidateIf((_product, value) => value !== 'any')],
    ['nothing, and never holds', ValidateIf(() => false)],
  ])('a condition that depends on %s is warned of', async (_title, condition) => {
    class Conditional {
      @IsBoolean() flag!: boolean;
      @IsString() value?: string;
    }
    condition(Conditional.prototype, 'value');
    const { warnings } = await compileSchema(Conditional, { direction: 'input', announced: false });
    const expected = 'Conditional.value: its rules depend on a condition that the JSON Schema does not express';
    expect(warnings).toEqual([expected]);
  });
});
