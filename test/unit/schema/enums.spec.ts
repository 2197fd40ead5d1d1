import { IsEnum, IsString, validateSync } from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileSchema } from '../../../lib/schema/index.js';

enum Period {
  '1D' = '1D',
  '7D' = '7D',
  All = 'all',
}
enum Level {
  Low = -1,
  None = 0,
  High = 1.5,
}
enum Mixed {
  '2FA' = 'two',
  One = 1,
}

/** What stands for an enum, and the values it really has. */
const ENUMS: readonly [string, object, readonly unknown[]][] = [
  ['an enum whose keys start with digits', Period, ['1D', '7D', 'all']],
  ['a list', ['asc', 'desc'], ['asc', 'desc']],
  ['a numeric enum with negative and fractional values', Level, [-1, 0, 1.5]],
  ['a mixed enum', Mixed, ['two', 1]],
  ['an object', { '24h': 'day', week: '7d' }, ['day', '7d']],
  ['an object of numbers under digits', { '1': 10, '2': 20 }, [10, 20]],
];

describe('@IsEnum', () => {
  it.each(ENUMS)('@IsEnum of %s announces and accepts exactly its values', async (_title, entity, values) => {
    class Chosen {
      @IsEnum(entity) value!: unknown;
    }
    const { jsonSchema, validate } = await compileSchema(Chosen, { direction: 'input', announced: false });
    const announced = (jsonSchema['properties'] as { value: { enum: unknown[] } }).value.enum;
    expect([...announced].sort()).toEqual([...values].sort());
    const names = Object.keys(entity);
    const candidates = fc.constantFrom<unknown>(...values, ...names, ...names.map(Number), 'none', 7, true);
    fc.assert(
      fc.property(candidates, (value) => {
        const accepted = (validate({ value }) as { ok: boolean }).ok;
        expect(accepted).toBe(values.includes(value));
        // class-validator accepts the names of a numeric enum, too; no client can know them.
        const theirs = validateSync(Object.assign(new Chosen(), { value })).length === 0;
        if (accepted) expect(theirs).toBe(true);
        else if (theirs) expect(names).toContain(value);
      }),
    );
    const refused = validate({ value: 'none' });
    expect(refused).toMatchObject({
      issues: [{ path: 'value', message: `must be one of the following values: ${announced.join(', ')}` }],
    });
  });

  it('an own message of @IsEnum is filled with the values that are checked', async () => {
    class Chosen {
      @IsEnum(Period, { message: 'choose among $constraint2' }) @IsString() value!: string;
    }
    const { validate } = await compileSchema(Chosen, { direction: 'input', announced: false });
    expect(validate({ value: 'x' })).toMatchObject({ issues: [{ message: 'choose among 1D, 7D, all' }] });
  });
});
