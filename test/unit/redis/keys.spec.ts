import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode, RedisKeys, tagOf } from '../../../lib/redis/keys.js';

const keys = new RedisKeys('mcp:default');
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('{', '}', ':', '%', '\n', '\0', '\ud800', 'a') }),
);

/** The part that Redis hashes: between the first `{` and the next `}`. */
const slotOf = (key: string): string => /\{(.*?)\}/s.exec(key)![1]!;

describe('RedisKeys', () => {
  it('all keys of a session share one hash tag for any principal and id', () => {
    fc.assert(
      fc.property(text, text, text, (principal, id, stream) => {
        const key = { principal, id };
        const names = [
          keys.session(key),
          keys.subscriptions(key),
          keys.logs(key),
          keys.results(key),
          keys.request(key, stream),
        ];
        for (const name of names) {
          expect(`{${slotOf(name)}}`).toBe(tagOf(key));
          expect(name).toMatch(/^mcp:default:\{[\w%-]*:[\w%-]*\}:[\w:-]+$/);
        }
      }),
    );
  });

  it('different sessions never share a hash tag', () => {
    fc.assert(
      fc.property(text, text, text, text, (a, b, c, d) => {
        fc.pre(a !== c || b !== d);
        expect(tagOf({ principal: a, id: b })).not.toBe(tagOf({ principal: c, id: d }));
        if (a !== c) expect(encode(a)).not.toBe(encode(c));
      }),
    );
  });

  it('the lists of different clients have different names, each always the same, however many there are', () => {
    const clients = Array.from({ length: 2500 }, (_, n) => (n % 5 === 0 ? `${n}`.repeat(200) : `2001:db8::${n}`));
    const names = clients.map((client) => keys.sessionsOfClient(client));
    expect(new Set(names).size).toBe(clients.length);
    expect(clients.map((client) => keys.sessionsOfClient(client))).toEqual(names);
    expect(names.every((name) => /^mcp:default:\{c:[\w-]{32}\}$/.test(name))).toBe(true);
  });

  it('generated ids and hashes appear unescaped in keys', () => {
    expect(tagOf({ principal: 'anon', id: 'Ab_-9' })).toBe('{anon:Ab_-9}');
    expect(keys.request({ principal: 'p', id: 's' }, 1)).not.toBe(keys.request({ principal: 'p', id: 's' }, '1'));
  });
});
