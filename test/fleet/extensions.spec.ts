import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nestApp, type NestApp } from '../fixtures/applications/nest-app.js';
import { STOCK, STOCK_CHANGED, StockExtension } from '../fixtures/applications/stock-extension.js';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { modern } from '../fixtures/clients/mcp-requests.js';
import { type JsonRpc, SseClient } from '../fixtures/clients/sse-client.js';
import { newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';

const of = (method: string) => (message: JsonRpc) => message.method === method;

let redis: RedisServer;
let a: NestApp;
let b: NestApp;
beforeAll(async () => {
  redis = await RedisServer.start();
  const mcp = { redis: redis.url, redisPrefix: newNamespace(), changeDebounceMs: 5, drainTimeoutMs: 500 };
  [a, b] = await Promise.all([
    nestApp({ providers: [StockExtension] }, { mcp, forceCloseConnections: true }),
    nestApp({ providers: [StockExtension] }, { mcp, adapter: 'express', forceCloseConnections: true }),
  ]);
});
afterAll(async () => {
  await Promise.all([a.close(), b.close()]);
  await redis.dispose();
});

describe('extensions of a fleet', () => {
  it('a notification of an extension reaches the clients of both eras on the other instance', async () => {
    const notifications = { stockChanged: true };
    const listening = await SseClient.open(b.port, modern('subscriptions/listen', { notifications }));
    await listening.message(of('notifications/subscriptions/acknowledged'));
    const session = await LegacySession.open(a.port, { capabilities: { extensions: { [STOCK]: {} } } });
    const stream = await session.at(b.port).get();
    await stream.frame(({ id }) => id !== undefined);
    await a.mcp.notify(STOCK_CHANGED, { article: 'pen' });
    expect((await listening.message(of(STOCK_CHANGED))).params).toMatchObject({ article: 'pen' });
    expect((await stream.message(of(STOCK_CHANGED))).params).toEqual({ article: 'pen' });
    await Promise.all([listening.close(), stream.close()]);
  });

  it('a legacy session that was not connected gets the notification when it comes back', async () => {
    const session = await LegacySession.open(a.port, { capabilities: { extensions: { [STOCK]: {} } } });
    const stream = await session.get();
    await stream.frame(({ id }) => id !== undefined);
    const { lastEventId } = stream;
    await stream.close();
    await b.mcp.notify(STOCK_CHANGED, { article: 'ink' });
    const again = await session.at(b.port).get(lastEventId);
    expect((await again.message(of(STOCK_CHANGED))).params).toEqual({ article: 'ink' });
    await again.close();
  });
});
