import { Injectable } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { McpLimit, McpTool, PrincipalResolver, type McpModuleOptions } from 'nestjs-mcp-fleet';
import { Gate } from '../../fixtures/applications/gate.js';
import { nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { EraClient } from '../../fixtures/clients/era-client.js';
import { modern } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';
import { BearerPrincipals, bearer } from '../../fixtures/security/bearer-principals.js';

const gate = new Gate();

@Injectable()
class Tools {
  @McpTool({ task: 'required' })
  async job(): Promise<string> {
    await gate.passage('job');
    return 'done';
  }
  @McpTool()
  async held(): Promise<string> {
    await gate.passage('held');
    return 'done';
  }
  @McpTool()
  @McpLimit({ limit: 1, windowMs: 3_600_000 })
  once(): string {
    return 'done';
  }
}

let redis: RedisServer;
const opened: NestApp[] = [];
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterEach(async () => {
  for (const app of opened.splice(0)) await app.close();
});
afterAll(() => redis.dispose());

async function open(mcp: Partial<McpModuleOptions>): Promise<NestApp> {
  const providers = [Tools, { provide: PrincipalResolver, useClass: BearerPrincipals }];
  const app = await nestApp({ providers }, { mcp: { drainTimeoutMs: 100, ...mcp } });
  opened.push(app);
  return app;
}
const as = (who: string) => ({ headers: bearer(who) });

describe('the share of one client', () => {
  it.each(['memory', 'Redis'] as const)(
    'it has so many streams and subscriptions at a time, on all instances, in %s',
    async (where) => {
      const mcp = { maxStreamsPerClient: 2, ...(where === 'Redis' && { redis: redis.url, redisPrefix: 'streams' }) };
      const a = await open(mcp);
      const b = where === 'Redis' ? await open(mcp) : a;
      const legacy = await EraClient.open('legacy', a.port, as('alice'));
      const stream = await legacy.listen();
      const subscription = await (await EraClient.open('modern', b.port, as('alice'))).listen();

      const other = await EraClient.open('legacy', b.port, as('alice'));
      const headers = { accept: 'text/event-stream', 'mcp-session-id': other.session!, ...bearer('alice') };
      const get = await send(b.port, { verb: 'GET', headers });
      expect(get.status).toBe(429);
      expect(get.headers['retry-after']).toBe('1');
      const listen = modern('subscriptions/listen', { notifications: { toolsListChanged: true } }, as('alice'));
      expect((await send(a.port, listen)).status).toBe(429);
      await (await (await EraClient.open('modern', a.port, as('bob'))).listen()).close();

      await subscription.close();
      await expect
        .poll(() =>
          other.listen().then(
            () => 'open',
            () => 'refused',
          ),
        )
        .toBe('open');
      await stream.close();
    },
  );

  it('it has so many tasks that run at a time', async () => {
    const app = await open({ maxRunningTasksPerClient: 1 });
    const meta = {
      'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
    };
    const [alice, bob] = [
      await EraClient.open('modern', app.port, as('alice')),
      await EraClient.open('modern', app.port, as('bob')),
    ];
    const job = (client: EraClient) => client.tool('job', {}, { meta });
    expect((await job(alice)).result).toMatchObject({ resultType: 'task' });
    expect((await job(alice)).error).toMatchObject({ code: 429, data: { retryAfterMs: 1000 } });
    expect((await job(bob)).result).toMatchObject({ resultType: 'task' });
    gate.release('job');
    await expect.poll(async () => (await job(alice)).status).toBe(200);
  });

  it('health() tells the largest share, and that of a principal who is asked about', async () => {
    const app = await open({ streamAfterMs: 60_000 });
    const alice = await EraClient.open('modern', app.port, as('alice'));
    const running = [alice.tool('held'), alice.tool('held')];
    await expect.poll(() => app.mcp.health().budgets.largestRequestShare).toBe(2);
    for (let i = 0; i < 3; i++) await alice.tool('once');
    const who = (subject: string) => app.mcp.health({ issuer: 'https://as.example', subject }).principal;
    expect(who('alice')).toEqual({ requests: 2, requestBytes: expect.any(Number), refused: 2 });
    expect(who('alice')!.requestBytes).toBe(app.mcp.health().budgets.largestRequestShareBytes);
    expect(who('alice')!.requestBytes).toBeGreaterThan(100);
    expect(who('bob')).toEqual({ requests: 0, requestBytes: 0, refused: 0 });
    expect(app.mcp.health().principal).toBeUndefined();
    gate.release('held');
    await Promise.all(running);
  });
});
