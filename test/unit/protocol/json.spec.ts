import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonRefused, parseJsonText } from '../../../lib/protocol/json.js';

/** What a careless search for the end of a string would stumble over. */
const tricky = fc.string({ unit: fc.constantFrom('"', '\\', '{', '[', ':', ',', '}', 'a', 'é', '日'), maxLength: 200 });

describe('JSON of clients', () => {
  it('SEC7 what strings contain counts neither as nesting nor as members, however long they are', () => {
    fc.assert(
      fc.property(fc.array(tricky, { maxLength: 4 }), tricky, (texts, key) => {
        const value = { texts, [`k${key}`]: key };
        expect(parseJsonText(JSON.stringify(value), 2, 2 + texts.length)).toEqual(value);
        expect(() => parseJsonText(JSON.stringify({ deep: value }), 2)).toThrow(JsonRefused);
      }),
    );
  });

  it.each([10, 63, 64, 65, 100_000])('SEC8 a key that repeats after a string of %i characters is refused', (length) => {
    const text = JSON.stringify('x'.repeat(length - 1) + '"');
    expect(() => parseJsonText(`{"a":${text},"a":1}`, 9)).toThrow('duplicate key');
    expect(parseJsonText(`{"a":${text},"b":1}`, 9)).toMatchObject({ b: 1 });
  });

  it('a string without an end is refused', () => {
    expect(() => parseJsonText(`{"a":"${'\\"'.repeat(100)}`, 9)).toThrow('not valid JSON');
  });
});
