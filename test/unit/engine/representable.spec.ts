import { describe, expect, it } from 'vitest';
import { requireRepresentable } from '../../../lib/engine/results/representable.js';

describe('requireRepresentable', () => {
  it.each<[string, unknown, string]>([
    [
      'a Map',
      { a: new Map([[1, 2]]) },
      'the returned value.a is a Map, which JSON cannot represent: return Object.fromEntries(map)',
    ],
    ['a Set', [new Set([1])], 'the returned value[0] is a Set'],
    ['an Error', { items: [{ cause: new TypeError('no') }] }, 'the returned value.items[0].cause is an Error'],
    ['a Buffer', Buffer.from('x'), 'the returned value is bytes'],
    ['an ArrayBuffer', { raw: new ArrayBuffer(2) }, 'the returned value.raw is bytes'],
    ['a bigint', { id: 12n }, 'the returned value.id is a bigint, which JSON cannot represent: return String(value)'],
    ['a Promise', { later: Promise.resolve(1) }, 'the returned value.later is a Promise'],
    ['a function', () => 1, 'the returned value is a function'],
    ['a symbol', Symbol('s'), 'the returned value is a symbol'],
  ])('refuses %s and says where it is and what to return instead', (_what, value, message) => {
    expect(() => requireRepresentable(value)).toThrow(message);
  });

  it.each<[string, unknown]>([
    ['plain values', { a: 1, b: 'x', c: true, d: null, e: undefined, f: [1, [2]] }],
    ['a Date, and whatever else has a toJSON()', { at: new Date(0), money: { amount: 1n, toJSON: () => '1' } }],
    [
      'an instance of a class with methods',
      new (class Point {
        x = 1;
        length = () => 2;
      })(),
    ],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
  ])('accepts %s', (_what, value) => {
    expect(() => requireRepresentable(value)).not.toThrow();
  });

  it('leaves a circle to JSON, which names it', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(() => requireRepresentable(circle)).not.toThrow();
  });
});
