import { Module, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ExpressAdapter } from '@nestjs/platform-express';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpModule, McpTool } from 'nestjs-mcp-fleet';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../fixtures/clients/mcp-requests.js';
import { send } from '../fixtures/clients/raw-http.js';
import { newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';

class Greeter {
  @McpTool()
  greet(): string {
    return 'hello';
  }
}
class Namesake {
  @McpTool()
  greet(): string {
    return 'hello';
  }
}
class LateFailure {
  onModuleInit(): Promise<void> {
    // Later than the hooks of the module under test.
    return new Promise((_resolve, reject) => setTimeout(() => reject(new Error('no database')), 50));
  }
}
class LastFailure {
  onApplicationBootstrap(): void {
    throw new Error('no queue');
  }
}

let redis: RedisServer;
let occupied: Server;
beforeAll(async () => {
  redis = await RedisServer.start();
  await redis.admin.ping();
  occupied = createServer().listen(0, '127.0.0.1');
  await once(occupied, 'listening');
});
afterAll(async () => {
  occupied.close();
  await redis.dispose();
});

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const connections = async (): Promise<number> =>
  ((await redis.admin.call('CLIENT', 'LIST')) as string).trim().split('\n').length;
const handles = (): string[] =>
  process.getActiveResourcesInfo().filter((name) => /^(TCP|Timeout|Immediate|TLS|Pipe)/.test(name));

/** The handles that are more than there were. */
function beyond(before: readonly string[]): string[] {
  const left = [...before];
  return handles().filter((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

async function create(providers: Provider[], url: string, adapter: 'express' | 'fastify' = 'express') {
  class App {}
  const redisPrefix = newNamespace();
  Module({
    imports: [McpModule.forRoot({ name: 'start', version: '1.0.0', redis: url, redisPrefix, redisWaitMs: 500 })],
    providers: [Greeter, ...providers],
  })(App);
  const http = adapter === 'express' ? new ExpressAdapter() : new FastifyAdapter();
  const app = await NestFactory.create(App, http, { logger: false, abortOnError: false });
  return { app, redisPrefix };
}

const failures: [what: string, providers: Provider[], error: RegExp, url?: () => string][] = [
  ['whose port is in use', [], /EADDRINUSE/],
  ['with two tools of one name', [Namesake], /greet/],
  ['with a provider whose onModuleInit fails later', [LateFailure], /no database/],
  ['with a provider whose onApplicationBootstrap fails', [LastFailure], /no queue/],
  [
    'whose port is in use and whose password of Redis is wrong',
    [],
    /EADDRINUSE/,
    () => `redis://nobody:wrong@127.0.0.1:${redis.port}`,
  ],
];

describe.each(['express', 'fastify'] as const)('A12 a start that fails, on %s', (adapter) => {
  it.each(failures)('an application %s leaves no connection, timer or key', async (_what, providers, error, url) => {
    const [connectionsBefore, handlesBefore] = [await connections(), handles()];
    const { app, redisPrefix } = await create(providers, url?.() ?? redis.url, adapter);
    await expect(app.listen(portOf(occupied), '127.0.0.1')).rejects.toThrow(error);
    await expect.poll(connections, { timeout: 8000 }).toBe(connectionsBefore);
    // What other tests have left may end meanwhile.
    await expect.poll(() => beyond(handlesBefore), { timeout: 8000 }).toEqual([]);
    // The key ring and the broadcast log belong to the fleet, and expire.
    const isOfFleet = (key: string): boolean => key.endsWith(':keyring') || key.includes(':{:all}:');
    expect((await redis.admin.keys(`${redisPrefix}*`)).filter((key) => !isOfFleet(key))).toEqual([]);
    // Closing it as well does no harm.
    await app.close();
  });
});

describe('A12 a process that handles uncaught exceptions', () => {
  it('a process whose start failed ends by itself, and leaves no connection', { timeout: 30_000 }, async () => {
    const before = await connections();
    const program = fileURLToPath(new URL('../fixtures/processes/failed-start.mjs', import.meta.url));
    const options = JSON.stringify({ redis: redis.url, port: portOf(occupied) });
    const child = spawn(process.execPath, [program], {
      env: { ...process.env, INSTANCE_OPTIONS: options },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    try {
      const [code] = (await once(child, 'exit', { signal: AbortSignal.timeout(25_000) })) as [number];
      expect(code).toBe(0);
      expect(output).toContain('EADDRINUSE');
      await expect.poll(connections).toBe(before);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('A12 a second attempt', () => {
  it('an application may try the next port when its own is in use', async () => {
    const { app } = await create([], redis.url);
    await expect(app.listen(portOf(occupied), '127.0.0.1')).rejects.toThrow(/EADDRINUSE/);
    await app.listen(0, '127.0.0.1');
    await new Promise((resolve) => setTimeout(resolve, 2200));
    const answer = await send(portOf(app.getHttpServer() as Server), call('greet'));
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('hello');
    await app.close();
  });
});
