import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authApp, RESOURCE } from '../../fixtures/applications/auth-app.js';
import type { NestApp } from '../../fixtures/applications/nest-app.js';
import { modern } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';
import { bearerOf, ProvingClient } from '../../fixtures/security/auth-requests.js';
import { TokenIssuer } from '../../fixtures/security/token-issuer.js';

let issuer: TokenIssuer;
let client: ProvingClient;
let token: string;
beforeAll(async () => {
  issuer = await TokenIssuer.start();
  client = await ProvingClient.create();
  token = await issuer.token(RESOURCE, { claims: { cnf: client.cnf } });
});
afterAll(() => issuer.close());
const list = (app: NestApp, headers: Record<string, string>) => send(app.port, modern('tools/list', {}, { headers }));

describe('tokens that are bound to a key', () => {
  let app: NestApp;
  beforeAll(async () => void (app = await authApp({ issuers: [issuer.issuer], dpop: 'accept' })));
  afterAll(() => app.close());

  it('R17 are accepted with a proof, each proof once', async () => {
    const headers = await client.headers(token);
    expect(await list(app, headers)).toMatchObject({ status: 200 });
    const again = await list(app, headers);
    expect(again.status).toBe(401);
    expect(again.headers['www-authenticate']).toMatch(/DPoP error="invalid_dpop_proof".*was used before.*algs="ES256/);
    expect(await list(app, await client.headers(token))).toMatchObject({ status: 200 });
  });

  it('R17 are refused as Bearer, with a proof or without', async () => {
    const bearer = { authorization: `Bearer ${token}` };
    expect(await list(app, bearer)).toMatchObject({ status: 401 });
    expect(await list(app, { ...bearer, dpop: await client.proof(token) })).toMatchObject({ status: 401 });
  });

  it.each([
    ['for another method', { htm: 'GET' }, {}],
    ['for another URL', { htu: 'http://localhost/other' }, {}],
    ['for another host', { htu: 'http://evil.example/mcp' }, {}],
    ['for another token', { ath: 'x' }, {}],
    ['that is old', { iat: 1 }, {}],
    ['of the future', { iat: 9_999_999_999 }, {}],
    ['without an id', { jti: undefined }, {}],
    ['with a long id', { jti: 'x'.repeat(300) }, {}],
    ['of another type', {}, { typ: 'JWT' }],
  ])('R17 are refused with a proof %s', async (_title, claims, header) => {
    const reply = await list(app, await client.headers(token, claims, header));
    expect(reply.status).toBe(401);
    expect(reply.headers['www-authenticate']).toContain('error="invalid_dpop_proof"');
  });

  it('R17 are refused with a proof of another key', async () => {
    const thief = await ProvingClient.create();
    expect(await list(app, await thief.headers(token))).toMatchObject({ status: 401 });
  });

  it('R17 are refused without a proof, and with two', async () => {
    const authorization = `DPoP ${token}`;
    expect(await list(app, { authorization })).toMatchObject({ status: 401 });
    const two = `${await client.proof(token)}, ${await client.proof(token)}`;
    expect(await list(app, { authorization, dpop: two })).toMatchObject({ status: 401 });
  });

  it('are told apart from tokens that anybody may use', async () => {
    const { authorization } = await bearerOf(issuer);
    expect(await list(app, { authorization })).toMatchObject({ status: 200 });
    expect(await list(app, await client.headers(authorization.slice(7)))).toMatchObject({ status: 401 });
    const proof = await client.headers(token, { htu: `${RESOURCE}?a=1#b` });
    expect(await list(app, proof)).toMatchObject({ status: 200 });
  });
});

it('R17 a server that requires proofs refuses all other tokens, and says so', async () => {
  const app = await authApp({ issuers: [issuer.issuer], dpop: 'require' });
  const reply = await list(app, await bearerOf(issuer));
  expect(reply.status).toBe(401);
  expect(reply.headers['www-authenticate']).toMatch(/^DPoP error="invalid_token"/);
  expect(await list(app, await client.headers(token))).toMatchObject({ status: 200 });
  const { body } = await send(app.port, { verb: 'GET', path: '/.well-known/oauth-protected-resource' });
  expect(JSON.parse(body)).toMatchObject({ dpop_bound_access_tokens_required: true });
  await app.close();
});

it('R17 a server without proofs refuses tokens that are bound to a key in any form', async () => {
  const app = await authApp({ issuers: [issuer.issuer] });
  expect(await list(app, await client.headers(token))).toMatchObject({ status: 401 });
  expect(await list(app, { authorization: `Bearer ${token}` })).toMatchObject({ status: 401 });
  await app.close();
});

it('R17 a proof that one instance has seen is refused by the others', async () => {
  const redis = await RedisServer.start();
  const options = { issuers: [issuer.issuer], dpop: 'accept' } as const;
  const fleet = await Promise.all([1, 2].map(() => authApp(options, { mcp: { redis: redis.url } })));
  const headers = await client.headers(token);
  const replies = await Promise.all(Array.from({ length: 10 }, (_, i) => list(fleet[i % 2]!, headers)));
  expect(replies.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
  for (const key of await redis.admin.keys('*dpop-*')) expect(await redis.admin.pttl(key)).toBeGreaterThan(0);
  await Promise.all(fleet.map((app) => app.close()));
  await redis.dispose();
});
