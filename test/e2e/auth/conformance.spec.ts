import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuthOptions, McpModuleOptions } from 'nestjs-mcp-fleet';
import {
  resourceServerCases,
  type ResourceServerTarget,
  type TokenWishes,
} from '../../conformance/resource-server-cases.js';
import { authApp } from '../../fixtures/applications/auth-app.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';
import { RoundRobin } from '../../fixtures/network/round-robin.js';
import { TokenIssuer } from '../../fixtures/security/token-issuer.js';

interface Host {
  readonly adapter: 'fastify' | 'express';
  readonly mount: 'controller' | 'direct' | 'http-server';
  readonly instances: number;
}
const EVERY: readonly Host[] = (['fastify', 'express'] as const).flatMap((adapter) =>
  (['controller', 'direct', 'http-server'] as const).flatMap((mount) =>
    [1, 2].map((instances) => ({ adapter, mount, instances })),
  ),
);
/** Nearly every two of the three meet. `CONFORMANCE=all` runs all. */
const PAIRS: readonly Host[] = [
  { adapter: 'fastify', mount: 'controller', instances: 1 },
  { adapter: 'fastify', mount: 'direct', instances: 2 },
  { adapter: 'express', mount: 'controller', instances: 2 },
  { adapter: 'express', mount: 'direct', instances: 1 },
  { adapter: 'express', mount: 'http-server', instances: 2 },
];

describe.each(process.env['CONFORMANCE'] === 'all' ? EVERY : PAIRS)(
  'a resource server on $adapter, mounted as $mount, with $instances instances',
  ({ adapter, mount, instances }) => {
    const cleanups: (() => Promise<unknown>)[] = [];
    let target: ResourceServerTarget;
    beforeAll(async () => {
      const [issuer, gone] = await Promise.all([TokenIssuer.start('/realms/acme'), TokenIssuer.start()]);
      cleanups.push(() => issuer.close());
      await gone.close();
      const mcp: { -readonly [K in keyof McpModuleOptions]?: McpModuleOptions[K] } = { mount };
      if (instances > 1) {
        const redis = await RedisServer.start();
        cleanups.push(() => redis.dispose());
        mcp.redis = redis.url;
      }
      const ports: number[] = Array.from({ length: instances }, () => 0);
      const balancer = await RoundRobin.start(ports);
      cleanups.push(() => balancer.close());
      const auth: AuthOptions = {
        resource: balancer.url,
        issuers: [issuer.issuer, gone.issuer],
        requiredScopes: ['mcp'],
        impliedScopes: { root: ['mcp'] },
        denied: 'challenge',
      };
      for (const i of ports.keys()) {
        const app = await authApp(auth, { adapter, mcp, forceCloseConnections: true });
        cleanups.push(() => app.close());
        ports[i] = app.port;
      }
      target = {
        url: balancer.url,
        ...(instances > 1 && { otherUrls: ports.map((port) => `http://127.0.0.1:${port}/mcp`) }),
        issuer: issuer.issuer,
        requiredScope: 'mcp',
        broaderScope: 'root',
        unreachable: () => gone.token(balancer.url, { claims: { scope: 'mcp' } }),
        stepUp: { tool: 'report', scopes: ['audit:read'] },
        token: (wishes) => issuer.token(balancer.url, { ...wishes, claims: { scope: 'mcp', ...wishes?.claims } }),
      };
    });
    afterAll(async () => {
      for (const cleanup of cleanups.reverse()) await cleanup();
    });

    it.each(resourceServerCases.map((one) => [one.title, one] as const))('%s', (_title, { run }) => run(target));
  },
);

describe('the conformance suite', () => {
  it('has at least 60 cases, and no two of one title', () => {
    const titles = resourceServerCases.map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
    expect(titles.length).toBeGreaterThanOrEqual(60);
  });

  it.each<[string, number, number]>([
    ['serves everybody', 200, 5],
    ['refuses everybody without a challenge', 401, 12],
    ['does not exist', 404, 2],
  ])('few cases pass at a server that %s', async (_title, status, most) => {
    const server = createServer((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
    const issuer = await TokenIssuer.start();
    const token = (wishes?: TokenWishes) => issuer.token(url, wishes);
    const stepUp = { tool: 'report', scopes: ['audit:read'] };
    const scopes = { requiredScope: 'mcp', broaderScope: 'root' };
    const target = { url, issuer: issuer.issuer, ...scopes, stepUp, token, unreachable: token };
    const outcomes = await Promise.all(
      resourceServerCases.map(({ title, run }) =>
        run(target).then(
          () => [title],
          () => [],
        ),
      ),
    );
    server.closeAllConnections();
    server.close();
    await issuer.close();
    expect(
      outcomes.flat().filter((title) => !/accepted|is enough|called with more|in any case/.test(title)).length,
    ).toBeLessThanOrEqual(most);
  });
});
