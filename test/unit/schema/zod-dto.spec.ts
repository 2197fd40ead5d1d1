import { createZodDto } from 'nestjs-zod';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { compileSchema } from '../../../lib/schema/index.js';

class Stay extends createZodDto(
  z.object({ city: z.string().min(1).describe('Where'), nights: z.number().int().default(2) }),
) {}

const date = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (value) => value.toISOString(),
});
class Seen extends createZodDto(z.object({ at: date }), { codec: true }) {}

describe('classes of createZodDto()', () => {
  it('a class of createZodDto() is an input like the schema it was made of', async () => {
    const { jsonSchema, validate } = await compileSchema(Stay, { direction: 'input' });
    expect(jsonSchema).toMatchObject({
      type: 'object',
      properties: { city: { type: 'string', description: 'Where', minLength: 1 }, nights: { default: 2 } },
      required: ['city'],
    });
    expect(await validate({ city: 'Oslo' })).toEqual({ ok: true, value: { city: 'Oslo', nights: 2 } });
    expect(await validate({ city: '' })).toMatchObject({ ok: false, issues: [{ path: 'city' }] });
  });

  it('a class of createZodDto() is an output, and so is its Output class', async () => {
    for (const source of [Stay, Stay.Output]) {
      const { jsonSchema, validate } = await compileSchema(source, { direction: 'output' });
      expect(jsonSchema).toMatchObject({ required: ['city', 'nights'] });
      expect(await validate({ city: 'Oslo', nights: 1, internal: true })).toEqual({
        ok: true,
        value: { city: 'Oslo', nights: 1 },
      });
    }
  });

  it('a class with { codec: true } decodes arguments and encodes results', async () => {
    const at = '2026-01-02T03:04:05.000Z';
    const input = await compileSchema(Seen, { direction: 'input' });
    expect(await input.validate({ at })).toEqual({ ok: true, value: { at: new Date(at) } });
    const output = await compileSchema(Seen, { direction: 'output' });
    expect(output.jsonSchema).toMatchObject({ properties: { at: { type: 'string' } } });
    expect(await output.validate({ at: new Date(at) })).toEqual({ ok: true, value: { at } });
    expect(await output.validate({ at: 'now' })).toMatchObject({ ok: false });
  });
});
