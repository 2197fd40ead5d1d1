import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fleetApp } from '../../fixtures/applications/fleet-app.js';
import { initializeRequest, LegacySession } from '../../fixtures/clients/legacy-session.js';
import {
  expectOneServer,
  gapsOf,
  openStandaloneStream,
  log,
  logDataOf,
  hasData,
} from '../../fixtures/fleet/expect-one-server.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';

const PATIENCE_MS = 15_000;
/** Settings of an application's own client that change or drop replies. */
const UNLIKE_OURS = {
  ...{ keyPrefix: 'own:', stringNumbers: true, maxRetriesPerRequest: 0, commandTimeout: 60_000, socketTimeout: 60_000 },
  ...{ autoResubscribe: true, enableAutoPipelining: true, retryStrategy: () => null },
};

let redis: RedisServer;
beforeAll(async () => void (redis = await RedisServer.start({ appendOnly: true })));
afterAll(() => redis.dispose());

const five = () => new Redis5(redis.port, '127.0.0.1', UNLIKE_OURS);
const six = () => new Redis(redis.port, '127.0.0.1', { ...UNLIKE_OURS, replyMapping: 'resp3' });

describe.each([
  ['5 and 5', [five, five]],
  ['6 and 6', [six, six]],
  ['5 and 6', [five, six]],
] as const)('instances with clients of ioredis %s', (name, clients) => {
  it('P2 instances with clients of another ioredis act as one server before and after a Redis restart, and leave those clients open', async () => {
    const own = clients.map((connect) => connect());
    for (const client of own) client.on('error', () => undefined);
    const options = { redisPrefix: `ioredis-${name.replaceAll(' ', '-')}`, redisWaitMs: 500 };
    const [a, b] = await Promise.all([
      fleetApp({ ...options, redis: own[0]! }),
      fleetApp({ ...options, redis: own[1]! }),
    ]);
    await expectOneServer(a, b);
    expect(await Promise.all(own.map((client) => client.ping()))).toEqual(['PONG', 'PONG']);

    const session = await LegacySession.open(a.port);
    const stream = await openStandaloneStream(session.at(b.port));
    await a.mcp.sendToSession(session.id, log('before'));
    await stream.message(hasData('before'), PATIENCE_MS);
    await redis.kill();
    expect((await send(b.port, initializeRequest())).status).toBe(503);
    await redis.start();
    for (const { port } of [a, b]) {
      const begin = () => send(port, initializeRequest()).then(({ status }) => status);
      await expect.poll(begin, { timeout: PATIENCE_MS }).toBe(200);
    }
    await a.mcp.sendToSession(session.id, log('after'));
    await stream.message(hasData('after'), PATIENCE_MS);
    expect([logDataOf(stream), gapsOf(stream)]).toEqual([['before', 'after'], 0]);
    await expectOneServer(b, a);
    await stream.close();
    await Promise.all([a.close(), b.close()]);
    for (const client of own) client.disconnect();
    const errors = [...a.logs.errors, ...b.logs.errors];
    expect(errors.filter((line) => !line.includes('BackendUnavailableError'))).toEqual([]);
  });
});
