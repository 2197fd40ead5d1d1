import { describe, expect, it } from 'vitest';
import { frozenClone } from '../../../lib/memory/frozen-copy.js';

describe('frozenClone()', () => {
  it('copies everything, and nothing of it can be changed', () => {
    const original = { list: [{ a: 1 }], none: null };
    const copy = frozenClone(original);
    original.list[0]!.a = 2;
    expect(copy).toEqual({ list: [{ a: 1 }], none: null });
    expect(() => (copy.list[0]!.a = 3)).toThrow(TypeError);
  });

  it('a member that is called __proto__ is a member of the copy', () => {
    const copy = frozenClone(JSON.parse('{"__proto__":{"sampling":{}}}') as object);
    expect(Object.keys(copy)).toEqual(['__proto__']);
    expect('sampling' in copy).toBe(false);
  });
});
