import { expect, it } from 'vitest';
import { RecentTokens, tokenId } from '../../../lib/auth/recent-tokens.js';

const known = (subject: string, reusableMs = 60_000) => ({
  principal: { issuer: 'https://as.example', subject },
  confirmation: undefined,
  expiresAt: Infinity,
  reusableUntil: Date.now() + reusableMs,
});

it('a token is forgotten when its answer may not be used any more', () => {
  const tokens = new RecentTokens();
  tokens.add('a', known('a'), 10);
  tokens.add('b', known('b', 0), 10);
  expect(tokens.find('a')?.principal.subject).toBe('a');
  expect(tokens.find('b')).toBeUndefined();
});

it('Z-16 the oldest tokens are forgotten, by their number and by their size', () => {
  const tokens = new RecentTokens();
  for (let i = 0; i < 5001; i++) tokens.add(`${i}`, known('x'), 1);
  expect([tokens.find('0'), tokens.find('1')?.principal.subject]).toEqual([undefined, 'x']);
  for (let i = 0; i < 9; i++) tokens.add(`large ${i}`, known('y'), 1024 * 1024);
  expect(tokens.find('large 0')).toBeUndefined();
  expect(tokens.find('large 8')?.principal.subject).toBe('y');
});

it('a token that is added again counts once', () => {
  const tokens = new RecentTokens();
  for (let i = 0; i < 20; i++) tokens.add('same', known(`${i}`), 1024 * 1024);
  expect(tokens.find('same')?.principal.subject).toBe('19');
});

it('P15 a token is known by its hash', () => {
  expect(tokenId('secret')).toMatch(/^[\w-]{43}$/);
});
