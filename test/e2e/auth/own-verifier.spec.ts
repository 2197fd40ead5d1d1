import { afterAll, beforeAll, expect, it } from 'vitest';
import { IssuerUnavailableError, TokenRefusedError, TokenVerifier, type VerifiedToken } from 'nestjs-mcp-fleet';
import { authApp, RESOURCE } from '../../fixtures/applications/auth-app.js';
import type { NestApp } from '../../fixtures/applications/nest-app.js';
import { call } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';

const valid = { issuer: 'https://keys.example.com', subject: 'job', audience: RESOURCE };

class Keys extends TokenVerifier {
  asked = 0;
  override verify(token: string): VerifiedToken {
    this.asked++;
    switch (token) {
      case 'good':
        return { ...valid, scopes: ['a'], claims: { team: 'x' } };
      case 'reused':
        return { ...valid, reusableUntil: Date.now() + 60_000 };
      case 'foreign':
        return { ...valid, audience: ['https://elsewhere.example'] };
      case 'old':
        return { ...valid, expiresAt: Date.now() - 1, reusableUntil: Date.now() + 60_000 };
      case 'bound':
        return { ...valid, claims: { cnf: { jkt: 'x' } } };
      case 'nameless':
        return { ...valid, subject: '' };
      case 'down':
        throw new IssuerUnavailableError('the table of keys is locked');
      case 'broken':
        throw new Error('secret-token-42');
      default:
        throw new TokenRefusedError('The key "is" unknown');
    }
  }
}

const keys = new Keys();
let app: NestApp;
beforeAll(async () => {
  const providers = [{ provide: TokenVerifier, useValue: keys }];
  const principal = ({ team }: Readonly<Record<string, unknown>>) => ({
    tenant: String(team),
    subject: 'root',
    issuer: 'x',
  });
  app = await authApp({ issuers: ['https://keys.example.com'], principal }, { metadata: { providers } });
});
afterAll(() => app.close());
const whoami = (token: string) => send(app.port, call('whoami', {}, { headers: { authorization: `Bearer ${token}` } }));

it('a TokenVerifier of the application decides, and details cannot change who it is', async () => {
  const reply = await whoami('good');
  expect(JSON.parse(JSON.parse(reply.body).result.content[0].text)).toEqual({
    ...{ issuer: 'https://keys.example.com', subject: 'job', scopes: ['a'], tenant: 'x' },
  });
});

it.each([
  ['foreign', 401],
  ['old', 401],
  ['bound', 401],
  ['other', 401],
  ['down', 503],
  ['nameless', 500],
  ['broken', 500],
])('the token "%s" of a TokenVerifier is answered %i', async (token, status) => {
  const reply = await whoami(token);
  expect(reply.status).toBe(status);
  expect(reply.body).not.toContain('secret-token-42');
});

it('the reason of a TokenVerifier is in the challenge, with its quotes made harmless', async () => {
  const { headers } = await whoami('other');
  expect(headers['www-authenticate']).toContain(`error_description="The key 'is' unknown"`);
});

it('a TokenVerifier is asked for each request, unless it says until when its answer may be used again', async () => {
  const before = keys.asked;
  for (let i = 0; i < 3; i++) await whoami('good');
  expect(keys.asked - before).toBe(3);
  for (let i = 0; i < 3; i++) expect((await whoami('reused')).status).toBe(200);
  expect(keys.asked - before).toBe(4);
});
