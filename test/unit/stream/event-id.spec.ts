import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareEntryIds } from '../../../lib/stream/entry-id.js';
import { formatEventId, newStreamName, parseEventId } from '../../../lib/stream/event-id.js';

const digits = (max: bigint) => fc.bigInt({ min: 0n, max }).map(String);
const entryId = fc.tuple(digits(10n ** 16n - 1n), digits(10n ** 10n - 1n)).map(([ms, n]) => `${ms}-${n}`);
const stream = fc.stringMatching(/^[a-z][a-z0-9]{0,15}$/);

describe('event ids', () => {
  it('an event id is parsed as it was formatted', () => {
    fc.assert(
      fc.property(stream, entryId, (name, id) => {
        const text = formatEventId(name, id);
        expect(text.length).toBeLessThanOrEqual(64);
        expect(text).toMatch(/^[a-z][a-z0-9]{0,15}_[0-9]{1,16}-[0-9]{1,10}$/);
        expect(parseEventId(text)).toEqual({ stream: name, id });
      }),
    );
  });

  it.each([
    '',
    'g',
    'g_',
    'g_1',
    'g_1-',
    '_1-0',
    'G_1-0',
    '1_1-0',
    'g_1-0 ',
    ' g_1-0',
    'g_1-0\n',
    'g\n_1-0',
    'g_1-0\r\nevent: x',
    'g_1-0\0',
    'g__1-0',
    'g_-1-0',
    'g_1.5-0',
    'g_01-0',
    'g_1-00',
    'g_١-0',
    'g:x_1-0',
    '{g}_1-0',
    'g_12345678901234567-0',
    'g_1-12345678901',
    'abcdefghijklmnopq_1-0',
    `g_${'1'.repeat(100_000)}-0`,
    undefined,
    null,
    5,
    ['g_1-0'],
  ])('parseEventId() refuses %j', (text) => {
    expect(parseEventId(text)).toBeUndefined();
  });

  it('parseEventId() accepts only text that formatEventId() could have written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const event = parseEventId(text);
        if (event) expect(formatEventId(event.stream, event.id)).toBe(text);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('stream names', () => {
  it('newStreamName() returns unique names of POST streams', () => {
    const names = Array.from({ length: 10_000 }, newStreamName);
    for (const name of names) expect(name).toMatch(/^r[a-z0-9]{15}$/);
    expect(new Set(names).size).toBe(10_000);
    expect(new Set(names.join('')).size).toBe(32);
  });
});

describe('entry ids', () => {
  it('compareEntryIds() compares both halves as numbers', () => {
    const value = (id: string) => id.split('-').map(BigInt) as [bigint, bigint];
    fc.assert(
      fc.property(entryId, entryId, (a, b) => {
        const [[a1, a2], [b1, b2]] = [value(a), value(b)];
        const expected = a1 === b1 ? (a2 === b2 ? 0 : a2 < b2 ? -1 : 1) : a1 < b1 ? -1 : 1;
        expect(Math.sign(compareEntryIds(a, b))).toBe(expected);
      }),
    );
    expect(compareEntryIds('9-0', '10-0')).toBeLessThan(0);
    expect(compareEntryIds('5-9', '5-10')).toBeLessThan(0);
    expect(compareEntryIds('5-0', '5-0')).toBe(0);
  });
});
