import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { KeyRing, StateKeyError } from '../../../lib/interaction/key-ring.js';

const key = () => randomBytes(32);

describe('KeyRing', () => {
  it('opens what it sealed, whatever it is', () => {
    const ring = new KeyRing([key()]);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => ring.open(ring.seal(text)) === text));
  });

  it('never writes the same twice, and nothing of the text', () => {
    const ring = new KeyRing([key()]);
    expect(ring.seal('secret')).not.toBe(ring.seal('secret'));
    expect(ring.seal('secret')).not.toContain(Buffer.from('secret').toString('base64url'));
  });

  it('P14: refuses a token of which any character is another one, missing, doubled or followed by something', () => {
    const ring = new KeyRing([key()]);
    const token = ring.seal(JSON.stringify({ round: 1 }));
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~é\0';
    let tried = 0;
    for (let at = 0; at <= token.length; at++) {
      for (const other of alphabet) {
        const changed = [
          token.slice(0, at) + other + token.slice(at + 1),
          token.slice(0, at) + other + token.slice(at),
          token.slice(0, at) + token.slice(at + 1),
        ];
        for (const wrong of changed.filter((text) => text !== token)) {
          tried++;
          expect(ring.open(wrong)).toBeUndefined();
        }
      }
    }
    expect(tried).toBeGreaterThan(10_000);
  });

  it('P14: refuses a token of which any bit of any byte is flipped', () => {
    const ring = new KeyRing([key()]);
    const [version, id, body] = ring.seal('state').split('.') as [string, string, string];
    const bytes = Buffer.from(body, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(ring.open(`${version}.${id}.${flipped.toString('base64url')}`)).toBeUndefined();
    }
  });

  it('refuses any other text, and never throws', () => {
    const ring = new KeyRing([key()]);
    const [, id] = ring.seal('').split('.');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.base64String(), (text, body) => {
        for (const wrong of [text, `v1.${text}.${body}`, `v1.${id}.${body}`, `v1.${id}.${text}`, `v2.${id}.${body}`]) {
          if (ring.open(wrong) !== undefined) return false;
        }
        return true;
      }),
      { numRuns: 2000 },
    );
    // As long as a key's id in characters, but not in bytes.
    expect(ring.open(`v1.${'é'.repeat(id!.length)}.AAAA`)).toBeUndefined();
    expect(ring.open('.'.repeat(10_000))).toBeUndefined();
  });

  it('rotates: a new key in front seals, the old one still opens, and once it is gone nothing of it does', () => {
    const [old, fresh] = [key(), key()];
    const before = new KeyRing([old]);
    const during = new KeyRing([fresh, old]);
    const after = new KeyRing([fresh]);
    const state = before.seal('old');
    expect(during.open(state)).toBe('old');
    expect(after.open(state)).toBeUndefined();
    const next = during.seal('new');
    expect([during.open(next), after.open(next), before.open(next)]).toEqual(['new', 'new', undefined]);
  });

  it('takes one key in all of its spellings', () => {
    const bytes = key();
    const sealed = new KeyRing([bytes]).seal('x');
    const spellings = [
      bytes.toString('base64'),
      bytes.toString('base64url'),
      bytes.toString('hex'),
      new Uint8Array(bytes),
    ];
    for (const spelling of spellings) expect(new KeyRing([spelling]).open(sealed)).toBe('x');
  });

  it('without a key is good for itself alone', () => {
    const ring = new KeyRing();
    expect(ring.open(ring.seal('x'))).toBe('x');
    expect(new KeyRing().open(ring.seal('x'))).toBeUndefined();
  });

  it.each([
    ['no key', [], /empty/],
    ['a missing one', [undefined], /missing/],
    ['a short one', [randomBytes(31)], /31 bytes; it needs 32/],
    ['a sentence', ['correct horse battery staple, correct horse battery staple'], /neither Base64 nor hex/],
    ['a short text', ['c2hvcnQ='], /5 bytes/],
  ])('refuses %s', (_, keys, why) => {
    expect(() => new KeyRing(keys as never)).toThrow(StateKeyError);
    expect(() => new KeyRing(keys as never)).toThrow(why);
  });
});
