import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { KeyRing, StateKeyError } from '../../../lib/interaction/key-ring.js';

const key = () => randomBytes(32);

describe('KeyRing', () => {
  it('KeyRing opens any text that it sealed', () => {
    const ring = new KeyRing([key()]);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => ring.open(ring.seal(text)) === text));
  });

  it('KeyRing seals the same text differently each time and reveals nothing of it', () => {
    const ring = new KeyRing([key()]);
    expect(ring.seal('secret')).not.toBe(ring.seal('secret'));
    expect(ring.seal('secret')).not.toContain(Buffer.from('secret').toString('base64url'));
  });

  it('P14: KeyRing refuses a token with any character changed, removed or inserted', () => {
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

  it('P14: KeyRing refuses a token with any bit flipped', () => {
    const ring = new KeyRing([key()]);
    const [version, id, body] = ring.seal('state').split('.') as [string, string, string];
    const bytes = Buffer.from(body, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(ring.open(`${version}.${id}.${flipped.toString('base64url')}`)).toBeUndefined();
    }
  });

  it('KeyRing refuses arbitrary text without throwing', () => {
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
    // This id has the length of a key id in characters but not in bytes.
    expect(ring.open(`v1.${'é'.repeat(id!.length)}.AAAA`)).toBeUndefined();
    expect(ring.open('.'.repeat(10_000))).toBeUndefined();
  });

  it('KeyRing rotates keys: the first key seals, older keys still open, and a removed key opens nothing', () => {
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

  it('KeyRing accepts the same key as Base64, Base64url, hex and bytes', () => {
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

  it('KeyRing opens only its own tokens when no key is configured', () => {
    const ring = new KeyRing();
    expect(ring.open(ring.seal('x'))).toBe('x');
    expect(new KeyRing().open(ring.seal('x'))).toBeUndefined();
  });

  it.each([
    ['an empty list of keys', [], /empty/],
    ['a missing key', [undefined], /missing/],
    ['a key that is too short', [randomBytes(31)], /31 bytes; it needs 32/],
    [
      'a key that is a sentence',
      ['correct horse battery staple, correct horse battery staple'],
      /neither Base64 nor hex/,
    ],
    ['a short Base64 text', ['c2hvcnQ='], /5 bytes/],
  ])('KeyRing refuses %s', (_, keys, why) => {
    expect(() => new KeyRing(keys as never)).toThrow(StateKeyError);
    expect(() => new KeyRing(keys as never)).toThrow(why);
  });
});
