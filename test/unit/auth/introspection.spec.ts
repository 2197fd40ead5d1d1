import { afterAll, beforeAll, expect, it } from 'vitest';
import { Introspection } from '../../../lib/auth/introspection.js';
import { IssuerClient } from '../../../lib/auth/issuer-client.js';
import { IssuerMetadata } from '../../../lib/auth/issuer-metadata.js';
import { TokenIssuer } from '../../fixtures/security/token-issuer.js';

let issuer: TokenIssuer;
let client: IssuerClient;
let introspection: Introspection;
beforeAll(async () => {
  issuer = await TokenIssuer.start();
  client = new IssuerClient({ timeoutMs: 5000, allowHttp: false });
  const settings = { endpoint: undefined, clientId: 'a', clientSecret: 'b', cacheMs: 0 };
  introspection = new Introspection(settings, client, new IssuerMetadata(issuer.issuer, client));
});
afterAll(() => issuer.close());

it('requests with the same token share one question', async () => {
  issuer.active.set('t', { sub: 'bob' });
  const answers = await Promise.all([introspection.ask('t'), introspection.ask('t'), introspection.ask('t')]);
  expect(answers).toEqual(answers.map(() => ({ active: true, sub: 'bob' })));
  expect(issuer.countOf('/introspect')).toBe(1);
});

it('Z-16 made-up tokens do not open more than 64 questions', async () => {
  const asked = Array.from({ length: 64 }, (_, i) => introspection.ask(`made-up-${i}`).catch(() => undefined));
  expect(() => introspection.ask('one more')).toThrow('unavailable');
  await Promise.all(asked);
  await expect(introspection.ask('later')).rejects.toThrow('not active');
});

it('what is being asked is aborted when the server closes', async () => {
  issuer.instead.set('/introspect', () => {});
  const asked = introspection.ask('t');
  client.close();
  await expect(asked).rejects.toThrow('unavailable');
});
