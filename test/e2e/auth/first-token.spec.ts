import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authApp, METADATA, RESOURCE } from '../../fixtures/applications/auth-app.js';
import { ADAPTERS, type NestApp } from '../../fixtures/applications/nest-app.js';
import { initializeRequest, LegacySession } from '../../fixtures/clients/legacy-session.js';
import { call, modern } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { TokenIssuer } from '../../fixtures/security/token-issuer.js';

const MOUNTS = ['controller', 'direct', 'http-server'] as const;
const HOSTS = ADAPTERS.flatMap((adapter) => MOUNTS.map((mount) => [adapter, mount] as const));
const CHALLENGE = `Bearer scope="mcp", resource_metadata="http://localhost${METADATA}/mcp"`;

describe.each(HOSTS)('a resource server on %s with the mount %s', (adapter, mount) => {
  let issuer: TokenIssuer;
  let app: NestApp;
  beforeAll(async () => {
    issuer = await TokenIssuer.start('/realms/acme');
    app = await authApp({ issuers: [issuer.issuer], requiredScopes: ['mcp'] }, { adapter, mcp: { mount } });
  });
  afterAll(async () => {
    await app.close();
    await issuer.close();
  });
  const bearer = async (wishes = {}) => ({
    authorization: `Bearer ${await issuer.token(RESOURCE, { claims: { scope: 'mcp' }, ...wishes })}`,
  });

  it.each(['POST', 'GET', 'DELETE'])(
    'R6 a %s without a token is answered 401 and told where to get one',
    async (verb) => {
      const request = verb === 'POST' ? modern('tools/list') : { verb, headers: { accept: 'text/event-stream' } };
      const reply = await send(app.port, request);
      expect(reply).toMatchObject({ status: 401, headers: { 'www-authenticate': CHALLENGE } });
    },
  );

  it.each([`${METADATA}/mcp`, METADATA])('R1, R2 serves its metadata at %s, open to every page', async (path) => {
    const reply = await send(app.port, { verb: 'GET', path, headers: { origin: 'https://anywhere.example' } });
    expect(reply).toMatchObject({
      status: 200,
      headers: { 'access-control-allow-origin': '*', 'content-type': 'application/json' },
    });
    expect(JSON.parse(reply.body)).toEqual({
      resource: RESOURCE,
      authorization_servers: [issuer.issuer],
      bearer_methods_supported: ['header'],
      scopes_supported: ['mcp'],
    });
    const headers = { 'if-none-match': reply.headers.etag };
    expect(await send(app.port, { verb: 'GET', path, headers })).toMatchObject({ status: 304, body: '' });
    const head = await send(app.port, { verb: 'HEAD', path });
    expect(head).toMatchObject({
      status: 200,
      body: '',
      headers: { 'content-length': reply.headers['content-length'] },
    });
    const preflight = await send(app.port, {
      verb: 'OPTIONS',
      path,
      headers: { origin: 'https://anywhere.example', 'access-control-request-method': 'GET' },
    });
    expect(preflight).toMatchObject({ status: 204, headers: { 'access-control-allow-methods': 'GET, HEAD, OPTIONS' } });
    expect(await send(app.port, { path })).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, OPTIONS' } });
  });

  it('a modern client calls a tool as the subject of its token', async () => {
    const reply = await send(app.port, call('whoami', {}, { headers: await bearer() }));
    expect(reply.status).toBe(200);
    expect(JSON.parse(JSON.parse(reply.body).result.content[0].text)).toMatchObject({
      issuer: issuer.issuer,
      subject: 'alice',
      clientId: 'app',
      scopes: ['mcp'],
      expiresAt: expect.any(Number),
    });
  });

  it('a legacy session goes on with another token of the same subject', async () => {
    const session = await LegacySession.open(app.port, { headers: await bearer() });
    const reply = await session.post(session.message('ping'), await bearer({ expiresInS: 600 }));
    expect(reply.status).toBe(200);
    const bobs = await bearer({ claims: { sub: 'bob', scope: 'mcp' } });
    expect(await session.post(session.message('ping'), bobs)).toMatchObject({ status: 404 });
  });

  it('R4 the token counts in the header only', async () => {
    const { authorization } = await bearer();
    const path = `/mcp?access_token=${authorization.slice(7)}`;
    expect(await send(app.port, { ...initializeRequest(), path })).toMatchObject({ status: 401 });
  });
});
