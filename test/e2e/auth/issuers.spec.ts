import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuthOptions } from 'nestjs-mcp-fleet';
import { authApp, RESOURCE } from '../../fixtures/applications/auth-app.js';
import type { NestApp } from '../../fixtures/applications/nest-app.js';
import { modern } from '../../fixtures/clients/mcp-requests.js';
import { send, type RawReply } from '../../fixtures/clients/raw-http.js';
import { bearerOf } from '../../fixtures/security/auth-requests.js';
import { TokenIssuer } from '../../fixtures/security/token-issuer.js';

let issuer: TokenIssuer;
const open: { close(): Promise<unknown> }[] = [];
beforeEach(async () => void (issuer = await TokenIssuer.start('/realms/acme')));
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await issuer.close();
});

async function start(auth: Partial<AuthOptions> = {}): Promise<NestApp> {
  const app = await authApp({ issuers: [issuer.issuer], ...auth });
  open.push(app);
  return app;
}
const list = async (app: NestApp, headers: { authorization: string }): Promise<RawReply> =>
  send(app.port, modern('tools/list', {}, { headers }));

describe('the keys of an issuer', () => {
  it('are fetched once for requests that come together', async () => {
    const app = await start();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => bearerOf(issuer)));
    const replies = await Promise.all(tokens.map((token) => list(app, token)));
    expect(replies.map(({ status }) => status)).toEqual(tokens.map(() => 200));
    expect(issuer.countOf('/jwks')).toBe(1);
  });

  it('are not fetched again for every key that a client names', async () => {
    const app = await start();
    expect(await list(app, await bearerOf(issuer))).toMatchObject({ status: 200 });
    for (const kid of ['a', 'b', 'c']) {
      const token = await bearerOf(issuer, { header: { kid } });
      expect(await list(app, token)).toMatchObject({ status: 401 });
    }
    expect(issuer.countOf('/jwks')).toBe(1);
  });

  it('are found without a name in the token, among several of one algorithm', async () => {
    await issuer.addKey('key-2');
    const app = await start();
    expect(await list(app, await bearerOf(issuer, { header: { kid: undefined } }))).toMatchObject({ status: 200 });
    const first = await bearerOf(issuer, { kid: 'key-1', header: { kid: undefined } });
    expect(await list(app, first)).toMatchObject({ status: 200 });
  });

  it.each(['RS256', 'PS256', 'ES384', 'EdDSA'])('may sign with %s', async (algorithm) => {
    await issuer.addKey('other', { algorithm });
    expect(await list(await start(), await bearerOf(issuer))).toMatchObject({ status: 200 });
  });

  it('may be somewhere else', async () => {
    const { jwksUri, issuer: name } = issuer;
    const app = await start({ issuers: [{ issuer: name, jwksUri }] });
    expect(await list(app, await bearerOf(issuer))).toMatchObject({ status: 200 });
    expect(issuer.countOf('/.well-known/oauth-authorization-server')).toBe(0);
  });
});

describe('an issuer that cannot be asked', () => {
  const unavailable = { status: 503, headers: { 'retry-after': '2' } };

  it.each([
    ['answers 500', (app: TokenIssuer) => app.instead.set('/jwks', (_, response) => response.writeHead(500).end())],
    ['answers no JSON', (app: TokenIssuer) => app.instead.set('/jwks', (_, response) => response.end('<html>'))],
    ['has no keys', (app: TokenIssuer) => app.instead.set('/jwks', (_, response) => response.end('{"keys":[]}'))],
    [
      'redirects',
      (app: TokenIssuer) => app.instead.set('/jwks', (_, response) => response.writeHead(302, { location: '/' }).end()),
    ],
    ['never answers', (app: TokenIssuer) => app.instead.set('/jwks', () => {})],
    [
      'sends without an end',
      (app: TokenIssuer) => app.instead.set('/jwks', (_, response) => response.write('x'.repeat(300_000))),
    ],
    ['has metadata of another', (app: TokenIssuer) => (app.metadata = { issuer: 'https://other.example' })],
    ['has its keys on http', (app: TokenIssuer) => (app.metadata = { jwks_uri: 'http://keys.example/jwks' })],
  ])('R14 and %s makes the answer 503, and the log tells why', async (_title, breakIt) => {
    breakIt(issuer);
    const app = await start({ issuerTimeoutMs: 200 });
    expect(await list(app, await bearerOf(issuer))).toMatchObject(unavailable);
    expect(app.logs.warnings.filter((line) => line.includes('Tokens cannot be verified'))).not.toEqual([]);
  });

  it('is not asked again at once', async () => {
    issuer.instead.set('/jwks', (_, response) => response.writeHead(500).end());
    const app = await start();
    for (let i = 0; i < 5; i++) expect(await list(app, await bearerOf(issuer))).toMatchObject(unavailable);
    expect(issuer.countOf('/jwks')).toBe(1);
  });

  it('does not matter for tokens whose keys are known', async () => {
    const app = await start();
    expect(await list(app, await bearerOf(issuer))).toMatchObject({ status: 200 });
    issuer.instead.set('*', (_, response) => response.writeHead(500).end());
    expect(await list(app, await bearerOf(issuer, { claims: { sub: 'bob' } }))).toMatchObject({ status: 200 });
  });

  it('does not matter for tokens of other issuers', async () => {
    const other = await TokenIssuer.start();
    open.push(other);
    issuer.instead.set('*', (_, response) => response.writeHead(500).end());
    const app = await start({ issuers: [issuer.issuer, other.issuer] });
    expect(await list(app, await bearerOf(other))).toMatchObject({ status: 200 });
    expect(await list(app, await bearerOf(issuer))).toMatchObject(unavailable);
  });
});

describe('introspection', () => {
  const options = (cacheMs = 0): Partial<AuthOptions> => ({
    issuers: [{ issuer: issuer.issuer, introspection: { clientId: 'a:b', clientSecret: 'p ä', cacheMs } }],
  });
  const opaque = { authorization: 'Bearer opaque' };
  const bob = () => ({ sub: 'bob', client_id: 'app', aud: RESOURCE, scope: 'a b' });

  it('R14 decides about opaque tokens, each time', async () => {
    const app = await start(options());
    expect(await list(app, opaque)).toMatchObject({ status: 401 });
    issuer.active.set('opaque', bob());
    expect(await list(app, opaque)).toMatchObject({ status: 200 });
    issuer.active.delete('opaque');
    expect(await list(app, opaque)).toMatchObject({ status: 401 });
  });

  it('identifies the server, whatever is in its secret', async () => {
    let seen = '';
    issuer.instead.set('/introspect', ({ headers }, response) => {
      seen = Buffer.from(String(headers.authorization).slice(6), 'base64').toString();
      response.end(JSON.stringify({ active: true, ...bob() }));
    });
    expect(await list(await start(options()), opaque)).toMatchObject({ status: 200 });
    expect(seen).toBe('a%3Ab:p+%C3%A4');
  });

  it('is not repeated for cacheMs', async () => {
    const app = await start(options(60_000));
    issuer.active.set('opaque', bob());
    for (let i = 0; i < 3; i++) expect(await list(app, opaque)).toMatchObject({ status: 200 });
    expect(issuer.countOf('/introspect')).toBe(1);
  });

  it.each([
    ['is for somebody else', { aud: 'https://elsewhere.example' }],
    ['has no audience', { aud: undefined }],
    ['has expired', { exp: 1 }],
    ['is of another issuer', { iss: 'https://elsewhere.example' }],
    ['is bound to a key', { cnf: { jkt: 'x' } }],
  ])('does not make a token valid that %s', async (_title, claims) => {
    const app = await start(options(60_000));
    issuer.active.set('opaque', { ...bob(), ...claims });
    expect(await list(app, opaque)).toMatchObject({ status: 401 });
  });

  it('R14 that fails makes the answer 503', async () => {
    const app = await start(options());
    issuer.instead.set('/introspect', (_, response) => response.writeHead(401).end());
    expect(await list(app, opaque)).toMatchObject({ status: 503 });
  });
});

describe('issuers of their own kind', () => {
  it('name the audience in another claim, and scopes in a list', async () => {
    const audience = { claim: 'client_id', values: ['app'] };
    const app = await start({
      issuers: [{ issuer: issuer.issuer, audience, scopes: 'scp', requiredClaims: { token_use: 'access' } }],
      requiredScopes: ['read'],
    });
    const claims = { aud: undefined, token_use: 'access', scp: ['read', 'write'] };
    expect(await list(app, await bearerOf(issuer, { claims }))).toMatchObject({ status: 200 });
    const asId = await bearerOf(issuer, { claims: { ...claims, token_use: 'id' } });
    expect(await list(app, asId)).toMatchObject({ status: 401 });
    const ofOther = await bearerOf(issuer, { claims: { ...claims, client_id: 'other' } });
    expect(await list(app, ofOther)).toMatchObject({ status: 401 });
  });

  it('R10 are asked for scopes with a prefix that their tokens do not have', async () => {
    const app = await start({
      issuers: [{ issuer: issuer.issuer, scopePrefix: 'api://files/' }],
      requiredScopes: ['read'],
    });
    const reply = await list(app, await bearerOf(issuer, { claims: { scope: 'other' } }));
    expect(reply.headers['www-authenticate']).toContain('scope="api://files/read"');
    expect(await list(app, await bearerOf(issuer, { claims: { scope: 'read' } }))).toMatchObject({ status: 200 });
  });

  it('R13 accept only the type that is given', async () => {
    const app = await start({ issuers: [{ issuer: issuer.issuer, tokenType: 'at+jwt' }] });
    expect(await list(app, await bearerOf(issuer))).toMatchObject({ status: 200 });
    expect(await list(app, await bearerOf(issuer, { header: { typ: 'JWT' } }))).toMatchObject({ status: 401 });
    expect(await list(app, await bearerOf(issuer, { header: { typ: undefined } }))).toMatchObject({ status: 401 });
  });
});
