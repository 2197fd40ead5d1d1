import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authApp, METADATA } from '../../fixtures/applications/auth-app.js';
import { ADAPTERS, type NestApp } from '../../fixtures/applications/nest-app.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { call, modern } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { SseClient, type JsonRpc } from '../../fixtures/clients/sse-client.js';
import { bearerOf } from '../../fixtures/security/auth-requests.js';
import { TokenIssuer } from '../../fixtures/security/token-issuer.js';

const METADATA_PARAMETER = `resource_metadata="http://localhost${METADATA}/mcp"`;
const challenge = (scopes: string) => `Bearer error="insufficient_scope", scope="${scopes}", ${METADATA_PARAMETER}`;

describe.each(ADAPTERS)('a challenge for more scopes on %s', (adapter) => {
  let issuer: TokenIssuer;
  let app: NestApp;
  let headers: { authorization: string };
  beforeAll(async () => {
    issuer = await TokenIssuer.start();
    const impliedScopes = { root: ['mcp'] };
    app = await authApp({ issuers: [issuer.issuer], requiredScopes: ['mcp'], impliedScopes }, { adapter });
    headers = await bearerOf(issuer, { claims: { scope: 'mcp' } });
  });
  afterAll(async () => {
    await app.close();
    await issuer.close();
  });
  const session = (revision = '2025-11-25') => LegacySession.open(app.port, { headers, revision });

  it('R8, O-8 a modern call is answered 403 with all its scopes and those that everything needs', async () => {
    const reply = await send(app.port, call('admin', {}, { headers }));
    expect(reply).toMatchObject({
      status: 403,
      headers: { 'www-authenticate': challenge('mcp files:admin files:write'), 'content-type': 'application/json' },
    });
    expect(JSON.parse(reply.body)).toMatchObject({
      id: 1,
      error: { code: 403, data: { requiredScopes: ['files:admin', 'files:write'] } },
    });
  });

  it('R8, O-8 a legacy call is answered the same', async () => {
    const legacy = await session();
    const reply = await legacy.post(legacy.message('tools/call', { name: 'admin', arguments: {} }, 7));
    expect(reply).toMatchObject({
      status: 403,
      headers: { 'www-authenticate': challenge('mcp files:admin files:write') },
    });
    expect(JSON.parse(reply.body)).toMatchObject({ id: 7, error: { code: 403 } });
  });

  it('O-11 one challenge for a batch names the scopes of all its requests', async () => {
    const legacy = await session('2025-03-26');
    const batch = ['admin', 'whoami', 'audit'].map((name, id) =>
      legacy.message('tools/call', { name, arguments: {} }, id),
    );
    const reply = await legacy.post(batch);
    expect(reply).toMatchObject({
      status: 403,
      headers: { 'www-authenticate': challenge('mcp files:admin files:write audit:read') },
    });
    expect(JSON.parse(reply.body)).toHaveLength(3);
  });

  it('O-10 a call that has begun a stream ends it with the error, in both eras', async () => {
    const meta = { progressToken: 1 };
    const failed = ({ error }: JsonRpc): boolean =>
      error?.code === 403 && error.data.requiredScopes[0] === 'files:admin';
    const stream = await SseClient.open(app.port, call('late', {}, { headers, meta }));
    await stream.message(failed);
    await stream.end();
    const legacy = await session();
    const params = { name: 'late', arguments: {}, _meta: meta };
    const old = await SseClient.open(app.port, legacy.raw(legacy.message('tools/call', params)));
    await old.message(failed);
    await old.end();
  });

  it('R6 a token without the scopes that everything needs is answered 403, and 401 is for tokens only', async () => {
    const poor = await bearerOf(issuer, { claims: { scope: 'other' } });
    for (const request of [modern('tools/list', {}, { headers: poor }), { verb: 'GET', headers: poor }]) {
      const reply = await send(app.port, request);
      expect(reply).toMatchObject({ status: 403, headers: { 'www-authenticate': challenge('mcp') } });
    }
  });

  it('R9, O-9 a broader scope is enough', async () => {
    const broad = await bearerOf(issuer, { claims: { scope: 'root' } });
    expect(await send(app.port, modern('tools/list', {}, { headers: broad }))).toMatchObject({ status: 200 });
  });
});

describe('a challenge of a server without the option auth', () => {
  it('names the scopes, and no metadata that does not exist', async () => {
    const app = await authApp({ issuers: [] }, { mcp: { auth: undefined } });
    const reply = await send(app.port, call('audit'));
    expect(reply.status).toBe(403);
    expect(reply.headers['www-authenticate']).toBe('Bearer error="insufficient_scope", scope="audit:read"');
    expect(await send(app.port, { verb: 'GET', path: METADATA })).toMatchObject({ status: 404 });
    await app.close();
  });
});
