import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANONYMOUS, type Principal, principalId } from '../../../lib/session/principal.js';
import { isSessionId, newSessionId } from '../../../lib/session/session-id.js';
import { sessionKeyText } from '../../../lib/session/session-key.js';

const name = fc.string({ minLength: 1, unit: 'binary' });
const principal: fc.Arbitrary<Principal> = fc.record(
  { issuer: name, subject: name, clientId: name },
  { requiredKeys: ['issuer', 'subject'] },
);

describe('principalId', () => {
  it('principalId() depends only on issuer, subject and client id', () => {
    const id = principalId({ issuer: 'https://i', subject: 's', clientId: 'c', exp: 1 });
    expect(principalId({ clientId: 'c', subject: 's', issuer: 'https://i', exp: 2, scope: 'a b' })).toBe(id);
    expect(id).toMatch(/^[\w-]{32}$/);
    const token: Principal = { issuer: 'i', subject: 's' };
    expect(principalId(token)).toBe(principalId(token));
  });

  it('principalId() differs for different owners even if their joined names are equal', () => {
    fc.assert(
      fc.property(principal, principal, (a, b) => {
        const same = a.issuer === b.issuer && a.subject === b.subject && a.clientId === b.clientId;
        expect(principalId(a) === principalId(b)).toBe(same);
      }),
    );
    const ids = [
      { issuer: 'a', subject: 'bc' },
      { issuer: 'ab', subject: 'c' },
      { issuer: 'a","b', subject: 'c' },
      { issuer: 'a', subject: 'b', clientId: 'c' },
      { issuer: 'a', subject: 'b","c' },
      { issuer: 'a', subject: 'b', clientId: 'null' },
      { issuer: 'a', subject: 'b' },
    ].map(principalId);
    expect(new Set(ids).size).toBe(7);
  });

  it('principalId() is anonymous only without a principal', () => {
    expect(principalId()).toBe(ANONYMOUS);
    fc.assert(fc.property(principal, (other) => principalId(other) !== ANONYMOUS));
  });

  it.each([
    {},
    { issuer: 'i' },
    { issuer: '', subject: 's' },
    { issuer: 'i', subject: 5 },
    { issuer: 'i', subject: 's', clientId: '' },
  ])('principalId() refuses the incomplete principal %j', (half) => {
    expect(() => principalId(half as unknown as Principal)).toThrow(TypeError);
  });
});

describe('session ids', () => {
  it('session ids are random, 24 characters long and valid in a header', () => {
    const ids = Array.from({ length: 1000 }, newSessionId);
    expect(new Set(ids).size).toBe(1000);
    for (const id of ids) expect(id).toMatch(/^[\w-]{24}$/);
    expect(ids.every(isSessionId)).toBe(true);
  });

  it.each(['', ' ', 'a b', 'a\n', '\0', 'ü', '\x7f', 'x'.repeat(129), undefined, null, 5, ['a']])(
    'isSessionId() refuses %j',
    (header) => {
      expect(isSessionId(header)).toBe(false);
    },
  );

  it('session key texts never collide for different principals and ids', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (a, b, c, d) => {
        const same = sessionKeyText({ principal: a, id: b }) === sessionKeyText({ principal: c, id: d });
        expect(same).toBe(a === c && b === d);
      }),
    );
    expect(sessionKeyText({ principal: '1', id: '1:x' })).not.toBe(sessionKeyText({ principal: '11:1', id: 'x' }));
  });
});
