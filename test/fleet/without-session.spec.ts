import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fleetApp, type FleetApp } from '../fixtures/applications/fleet-app.js';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { post } from '../fixtures/clients/mcp-requests.js';
import { send } from '../fixtures/clients/raw-http.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';

let server: RedisServer;
let redis: Redis;
let instance: FleetApp;
beforeAll(async () => {
  server = await RedisServer.start();
  redis = new Redis(server.url);
  instance = await fleetApp({ redis: server.url });
});
afterAll(async () => {
  await instance.close();
  redis.disconnect();
  await server.dispose();
});

it('requests without a session store nothing in Redis, and only initialize opens one', async () => {
  const sessionKeys = async () => (await redis.keys('mcp:default:*')).filter((key) => !key.endsWith(':keyring'));
  const before = (await sessionKeys()).sort();
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
  for (let n = 0; n < 50; n++) {
    expect((await send(instance.port, post(ping))).status).toBe(400);
    expect((await send(instance.port, post(ping, { 'mcp-session-id': `unknown-${n}` }))).status).toBe(404);
  }
  const wrong = { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: 7 } };
  expect(JSON.parse((await send(instance.port, post(wrong))).body)).toMatchObject({ error: { code: -32602 } });
  expect((await sessionKeys()).sort()).toEqual(before);
  expect(instance.mcp.health().open).toMatchObject({ streams: 0, requests: 0 });

  const session = await LegacySession.open(instance.port);
  expect((await sessionKeys()).some((key) => key.includes(session.id))).toBe(true);
});
