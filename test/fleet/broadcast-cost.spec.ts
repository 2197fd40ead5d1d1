import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fleetApp, type FleetApp } from '../fixtures/applications/fleet-app.js';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import type { SseClient } from '../fixtures/clients/sse-client.js';
import { hasData, log, openStandaloneStream } from '../fixtures/fleet/expect-one-server.js';
import { ALL_SESSIONS, STANDALONE_STREAM, STREAM_START } from '../../lib/stream/event-log.js';
import { fleetMember, newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';

let redis: RedisServer;
let apps: readonly FleetApp[];
beforeAll(async () => {
  redis = await RedisServer.start();
  const options = { redis: redis.url, redisPrefix: newNamespace() };
  apps = await Promise.all([fleetApp(options), fleetApp(options)]);
});
afterAll(async () => {
  for (const app of apps) await app.close();
  await redis.dispose();
});

async function openStreams(count: number): Promise<SseClient[]> {
  const open = async (_: unknown, i: number): Promise<SseClient> =>
    openStandaloneStream(await LegacySession.open(apps[i % apps.length]!.port));
  return Promise.all(Array.from({ length: count }, open));
}

/** How often Redis has run each command since `RESETSTAT`, inside of scripts too. */
async function commands({ admin } = redis): Promise<Record<string, number>> {
  const stats = await admin.info('commandstats');
  return Object.fromEntries(
    [...stats.matchAll(/^cmdstat_(\w+):calls=(\d+)/gm)].map(([, name, n]) => [name, Number(n)]),
  );
}

describe('what a broadcast costs', () => {
  it('is one append, and as many commands of Redis for forty sessions on two instances as for none', async () => {
    const streams = await openStreams(40);
    for (const stream of streams) await stream.frame(({ id }) => id !== undefined);
    await redis.admin.config('RESETSTAT');
    const data = 'for all';
    expect(await apps[0]!.mcp.broadcast(log(data))).toBe(40);
    await Promise.all(streams.map((stream) => stream.message(hasData(data))));
    const { xadd, publish = 0, zcount, evalsha = 0 } = await commands();
    expect({ xadd, zcount }).toEqual({ xadd: 1, zcount: 1 });
    // Beside its own, the probe of each instance and a self-check may fall into this moment.
    expect(publish).toBeLessThanOrEqual(3);
    expect(evalsha).toBeLessThanOrEqual(10);
    await Promise.all(streams.map((stream) => stream.close()));
  });

  it('is not paid by instances that look for broadcasts before there was one: they extend the life of the log once', async () => {
    const own = await RedisServer.start();
    const { log: events, close } = await fleetMember({ redis: own.url });
    for (let i = 0; i < 3; i++) {
      expect(await events.read(ALL_SESSIONS, STANDALONE_STREAM, STREAM_START, 10)).toMatchObject({ entries: [] });
    }
    expect(await commands(own)).toMatchObject({ hsetnx: 1, pexpire: 1 });
    await close();
    await own.dispose();
  });
});
