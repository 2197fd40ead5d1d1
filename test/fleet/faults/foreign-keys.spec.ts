import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RedisKeys } from '../../../lib/redis/keys.js';
import { fleetApp, type FleetApp } from '../../fixtures/applications/fleet-app.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { call } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { anonymous } from '../../fixtures/fleet/stream-subscription.js';
import { newNamespace } from '../../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';

let redis: RedisServer;
const apps: FleetApp[] = [];
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});
afterAll(() => redis.dispose());

async function start(options: Parameters<typeof fleetApp>[0]): Promise<FleetApp> {
  const app = await fleetApp(options);
  apps.push(app);
  await expect.poll(() => app.broker.status).toBe('up');
  return app;
}

describe('B2 servers on two databases of one Redis', () => {
  it('B2 hear nothing of each other, although their prefix and name are the same', async () => {
    const redisPrefix = newNamespace();
    const databases = await Promise.all(
      ['/1', '/2', '/2'].map((path) => start({ redis: redis.url + path, redisPrefix })),
    );
    const heard: string[][] = databases.map(() => []);
    for (const [i, { broker }] of databases.entries()) {
      await broker.subscribe('news', (message) => void heard[i]!.push(message));
    }
    await databases[0]!.broker.publish('news', 'of one');
    await databases[1]!.broker.publish('news', 'of two');
    // Redis delivers in the order in which it received, so that whoever has its own has had the other's chance.
    await expect.poll(() => heard).toEqual([['of one'], ['of two'], ['of two']]);
    const session = await LegacySession.open(databases[0]!.port);
    expect((await session.request('ping')).result).toEqual({});
    expect((await session.at(databases[1]!.port).post(session.message('ping'))).status).toBe(404);
  });
});

describe('A14 what others have written into Redis', () => {
  it('a session key of another type is an unknown session, and logged once in a while', async () => {
    const redisPrefix = newNamespace();
    const [home, app] = [
      await start({ redis: redis.url, redisPrefix }),
      await start({ redis: redis.url, redisPrefix }),
    ];
    const keys = new RedisKeys(`${redisPrefix}:default`);
    // An instance that does not know the session reads it.
    const session = (await LegacySession.open(home.port)).at(app.port);
    await redis.admin.set(keys.session(anonymous(session.id)), 'text');
    for (let i = 0; i < 20; i++) expect((await session.post(session.message('ping'))).status).toBe(404);
    expect((await session.notify('notifications/initialized')).status).toBe(404);
    expect((await session.end()).status).toBe(404);
    expect(app.logs.about('another type')).toHaveLength(1);
  });

  it('garbage on every channel is logged once in a while, and harms nobody', async () => {
    const app = await start({ redis: redis.url, redisPrefix: newNamespace() });
    const session = await LegacySession.open(app.port);
    const stream = await session.get();
    await stream.frame(({ id }) => id !== undefined);
    const channels = (await redis.admin.pubsub('CHANNELS', '*')) as string[];
    expect(channels.length).toBeGreaterThan(2);
    const before = app.logs.errors.length + app.logs.warnings.length;
    const garbage = [
      '',
      'no JSON',
      '{',
      '[]',
      'null',
      '{"data":1}',
      '{"data":"no JSON"}',
      '{"data":"{}"}',
      '{"data":{}}',
    ];
    for (let i = 0; i < 20; i++) {
      for (const channel of channels) for (const text of garbage) await redis.admin.publish(channel, text);
    }
    await app.mcp.sendToSession(session.id, { level: 'error', data: 'after' });
    await stream.message(({ params }) => params?.data === 'after');
    expect((await send(app.port, call('echo', { text: 'plain' }))).status).toBe(200);
    const logged = app.logs.errors.length + app.logs.warnings.length - before;
    // Some kinds of garbage, each of them once, of 540 messages and more.
    expect(logged).toBeLessThanOrEqual(10);
    await stream.close();
  });
});
