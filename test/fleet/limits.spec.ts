import { Injectable } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { McpLimit, McpTool } from 'nestjs-mcp-fleet';
import { nestApp, type NestApp } from '../fixtures/applications/nest-app.js';
import { EraClient } from '../fixtures/clients/era-client.js';
import { TcpProxy } from '../fixtures/network/tcp-proxy.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';

@Injectable()
class Tools {
  @McpTool()
  @McpLimit({ limit: 4, windowMs: 3_600_000 })
  four(): string {
    return 'done';
  }
}

describe('the limits of a fleet', () => {
  let redis: RedisServer;
  let line: TcpProxy;
  let apps: readonly NestApp[];
  beforeAll(async () => {
    redis = await RedisServer.start();
    line = await TcpProxy.start(redis.port);
    const mcp = { redis: line.url, redisWaitMs: 300 };
    apps = await Promise.all([nestApp({ providers: [Tools] }, { mcp }), nestApp({ providers: [Tools] }, { mcp })]);
  });
  afterAll(async () => {
    for (const app of apps) await app.close();
    await line.close();
    await redis.dispose();
  });

  const calls = async (times: number): Promise<number[]> => {
    const statuses: number[] = [];
    for (let i = 0; i < times; i++) {
      const client = await EraClient.open('modern', apps[i % 2]!.port);
      statuses.push((await client.tool('four')).status);
    }
    return statuses;
  };

  it('a client has its limit once, whichever instance it calls', async () => {
    expect(await calls(6)).toEqual([200, 200, 200, 200, 429, 429]);
  });

  it('while Redis is unavailable each instance counts for itself, and no call fails or waits long', async () => {
    line.refuse(true);
    line.cut();
    // The first call of each instance finds out.
    expect(await calls(2)).toEqual([200, 200]);
    const begun = performance.now();
    expect(await calls(8)).toEqual([200, 200, 200, 200, 200, 200, 429, 429]);
    expect(performance.now() - begun).toBeLessThan(300);
    // Applications of one process have one logger in common.
    expect(apps.flatMap(({ logs }) => logs.errors)).toEqual([]);
    expect(apps.flatMap(({ logs }) => logs.warnings).join()).toContain('Redis');
  });

  it('the limit of the fleet holds again once Redis is back', async () => {
    line.refuse(false);
    await expect.poll(() => calls(2), { timeout: 10_000 }).toEqual([429, 429]);
  });
});
