import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authApp, METADATA } from '../../fixtures/applications/auth-app.js';
import { ADAPTERS, type NestApp } from '../../fixtures/applications/nest-app.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { call, modern } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';
import type { JsonRpc } from '../../fixtures/clients/sse-client.js';
import { bearerOf } from '../../fixtures/security/auth-requests.js';
import { TokenIssuer } from '../../fixtures/security/token-issuer.js';

const challengeFor = (scopes: string) =>
  `Bearer scope="${scopes}", resource_metadata="http://localhost${METADATA}/mcp"`;

describe.each(ADAPTERS)('a server with anonymous: public-only on %s', (adapter) => {
  let issuer: TokenIssuer;
  let app: NestApp;
  beforeAll(async () => {
    issuer = await TokenIssuer.start();
    const auth = {
      issuers: [issuer.issuer],
      requiredScopes: ['mcp'],
      anonymous: 'public-only',
      denied: 'challenge',
    } as const;
    app = await authApp(auth, { adapter });
  });
  afterAll(async () => {
    await app.close();
    await issuer.close();
  });

  it('serves what is public to requests without a token, in both eras', async () => {
    const called = await send(app.port, call('about'));
    expect(called.status).toBe(200);
    const session = await LegacySession.open(app.port);
    expect((await session.call('about')).result).toMatchObject({ content: [{ text: 'files' }] });
  });

  it('R7, R8 answers 401 with the scopes of the rest, in both eras', async () => {
    const refused = { status: 401, headers: { 'www-authenticate': challengeFor('mcp audit:read') } };
    expect(await send(app.port, call('report'))).toMatchObject(refused);
    const session = await LegacySession.open(app.port);
    const report = session.message('tools/call', { name: 'report', arguments: {} });
    expect(await session.post(report)).toMatchObject(refused);
    const reply = await send(app.port, call('whoami'));
    expect(reply).toMatchObject({ status: 401, headers: { 'www-authenticate': challengeFor('mcp') } });
  });

  it('R5, R6 refuses a token that is not valid, instead of taking its request for an anonymous one', async () => {
    for (const authorization of ['Bearer nonsense', 'Basic YTpi']) {
      expect(await send(app.port, call('about', {}, { headers: { authorization } }))).toMatchObject({ status: 401 });
    }
    const expired = await bearerOf(issuer, { expiresInS: -60 });
    expect(await send(app.port, call('about', {}, { headers: expired }))).toMatchObject({ status: 401 });
  });

  it('SEC3 keeps the session of a principal from requests without a token', async () => {
    const headers = await bearerOf(issuer, { claims: { scope: 'mcp' } });
    const { id } = await LegacySession.open(app.port, { headers });
    const ping = { jsonrpc: '2.0', id: 9, method: 'ping' };
    const session = await LegacySession.open(app.port);
    expect(await session.post(ping, { 'mcp-session-id': id })).toMatchObject({ status: 404 });
  });

  it('shows all tools to who may ask for more', async () => {
    const { body } = await send(app.port, modern('tools/list'));
    const { result } = JSON.parse(body) as JsonRpc;
    expect((result!.tools as { name: string }[]).map(({ name }) => name)).toContain('report');
  });
});
