import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { afterEach, describe, expect, it } from 'vitest';
import type { AuthOptions, McpModuleOptions } from 'nestjs-mcp-fleet';
import { authApp } from '../fixtures/applications/auth-app.js';
import { OAuthUser } from '../fixtures/clients/oauth-user.js';
import { RoundRobin } from '../fixtures/network/round-robin.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';
import { AuthorizationServer, type AuthorizationServerOptions } from '../fixtures/security/authorization-server.js';

const ERAS = [
  ['modern', { versionNegotiation: { mode: 'auto' } }],
  ['legacy', { versionNegotiation: { mode: 'legacy' } }],
] as const;
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A resource server of one or two instances behind a balancer, and its authorization server. */
async function serve(
  instances: number,
  { auth = {}, ...options }: AuthorizationServerOptions & { auth?: Partial<AuthOptions> } = {},
): Promise<{ url: URL; as: AuthorizationServer }> {
  const as = await AuthorizationServer.start('mcp files:admin files:write audit:read', options);
  cleanups.push(() => as.close());
  const mcp: Partial<McpModuleOptions> = {};
  if (instances > 1) {
    const redis = await RedisServer.start();
    cleanups.push(() => redis.dispose());
    Object.assign(mcp, { redis: redis.url });
  }
  const ports: number[] = Array.from({ length: instances }, () => 0);
  const balancer = await RoundRobin.start(ports);
  cleanups.push(() => balancer.close());
  for (const i of ports.keys()) {
    const app = await authApp(
      { resource: balancer.url, issuers: [as.issuer], requiredScopes: ['mcp'], denied: 'challenge', ...auth },
      { mcp, forceCloseConnections: true },
    );
    cleanups.push(() => app.close());
    ports[i] = app.port;
  }
  return { url: new URL(balancer.url), as };
}

/** Connects as an official client does: it is refused, its user agrees, and it connects again. */
async function connect(
  url: URL,
  user: OAuthUser,
  options: ConstructorParameters<typeof Client>[1],
): Promise<{ client: Client; transport: StreamableHTTPClientTransport }> {
  const client = new Client({ name: 'agent', version: '1' }, options);
  const first = new StreamableHTTPClientTransport(url, { authProvider: user });
  await expect(client.connect(first)).rejects.toThrow(UnauthorizedError);
  await first.finishAuth(user.takeAnswer());
  const again = new Client({ name: 'agent', version: '1' }, options);
  const transport = new StreamableHTTPClientTransport(url, { authProvider: user });
  await again.connect(transport);
  cleanups.push(() => again.close());
  return { client: again, transport };
}

const whoami = async (client: Client): Promise<Record<string, unknown>> => {
  const { content } = await client.callTool({ name: 'whoami', arguments: {} });
  return JSON.parse((content as { text: string }[])[0]!.text) as Record<string, unknown>;
};

describe.each([1, 2])('the official client 2.4.0 and oidc-provider with %i instances', (instances) => {
  it.each(ERAS)('R1-R8 it finds its way in, calls, and asks for more (%s era)', async (_era, options) => {
    const { url, as } = await serve(instances);
    const user = new OAuthUser();
    const { client, transport } = await connect(url, user, options);
    expect(user.asked).toEqual(['mcp']);
    expect(await whoami(client)).toMatchObject({
      issuer: as.issuer,
      subject: 'alice',
      clientId: 'agent',
      scopes: ['mcp'],
    });

    const report = { name: 'report', arguments: {} };
    await expect(client.callTool(report)).rejects.toThrow(UnauthorizedError);
    expect(user.asked.at(-1)!.split(' ').toSorted()).toEqual(['audit:read', 'mcp']);
    await transport.finishAuth(user.takeAnswer());
    expect(await client.callTool(report)).toMatchObject({ content: [{ text: 'nothing happened' }] });
  });

  it.each(ERAS)('R5 its token is refreshed in the middle (%s era)', async (_era, options) => {
    const { url, as } = await serve(instances);
    const user = new OAuthUser();
    const { client } = await connect(url, user, options);
    const before = await whoami(client);
    const known = user.tokens()!;
    user.saveTokens({ ...known, access_token: `${known.access_token.slice(0, -6)}AAAAAA` });
    const after = await whoami(client);
    expect(as.grants).toEqual(['authorization_code', 'refresh_token']);
    expect(after).toMatchObject({ issuer: before.issuer, subject: before.subject, clientId: before.clientId });
  });
});

it('R14 the official client uses opaque tokens of oidc-provider, which are introspected', async () => {
  const as = await AuthorizationServer.start('mcp', { tokens: 'opaque' });
  cleanups.push(() => as.close());
  const introspection = { clientId: 'files', clientSecret: 'secret-of-the-resource-server' };
  const { url } = await serve(1, { auth: { issuers: [{ issuer: as.issuer, introspection }] } });
  const user = new OAuthUser();
  const { client } = await connect(url, user, ERAS[0][1]);
  expect(user.tokens()!.access_token).not.toContain('.');
  expect(await whoami(client)).toMatchObject({ subject: 'alice', scopes: ['mcp'] });
});
