import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisKeys } from '../../../lib/redis/keys.js';
import { ALL_SESSIONS } from '../../../lib/stream/event-log.js';
import { figure, times } from '../../fixtures/measurements/figures.js';
import { fleetApp, type FleetApp } from '../../fixtures/applications/fleet-app.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';

const STREAMS = times(50, 500);
/** The average self-check period of a stream. */
const SELF_CHECK_MS = 7500;
const BROADCASTS = new RedisKeys('mcp:default').session(ALL_SESSIONS);
const IDLE_MS = times(5000, 60_000);
const timeouts = { timeout: IDLE_MS + 60_000 };

describe('P16 commands of an idle fleet', () => {
  let redis: RedisServer;
  let app: FleetApp;
  beforeAll(async () => {
    redis = await RedisServer.start();
    app = await fleetApp({ redis: redis.url });
  });
  afterAll(async () => {
    await app.close();
    await redis.dispose();
  });

  async function calls(): Promise<(name: string) => number> {
    const stats = await redis.admin.info('commandstats');
    return (name) => Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  }

  /**
   * The account of what is stored is told a moment after a change, and the first read of the log for all sessions keeps
   * that log for a day.
   */
  async function settled(): Promise<void> {
    await expect.poll(() => redis.admin.exists(BROADCASTS), { timeout: 20_000 }).toBe(1);
    const during = async (ms: number): Promise<number> => {
      const before = (await calls())('hset');
      await pause(ms);
      return (await calls())('hset') - before;
    };
    await expect.poll(() => during(400), { timeout: 10_000 }).toBe(0);
  }

  it(
    'P16 an idle fleet sends Redis at most one read per open stream and self-check, and nothing for other sessions',
    timeouts,
    async () => {
      const sessions = await Promise.all(Array.from({ length: 2 * STREAMS }, () => LegacySession.open(app.port)));
      const streams = await Promise.all(sessions.slice(0, STREAMS).map((session) => session.get()));
      await Promise.all(streams.map((stream) => stream.frame(({ id }) => id !== undefined, 20_000)));
      await settled();
      await redis.admin.config('RESETSTAT');
      const since = performance.now();
      await pause(IDLE_MS);
      const count = await calls();
      const scripts = count('evalsha') + count('eval');
      const periods = (performance.now() - since) / SELF_CHECK_MS;
      figure('P16', 'idle streams', STREAMS);
      figure('P16', 'reads per idle stream and self-check', scripts / STREAMS / periods);
      figure('P16', 'publishes per minute of an idle instance', (count('publish') * 60_000) / IDLE_MS);
      // The period of each stream is random, up to a third shorter than the average.
      expect(scripts).toBeLessThanOrEqual(Math.ceil(periods * 1.5 + 1) * STREAMS);
      expect(count('hset') + count('pexpire')).toBe(0);
      await Promise.all(streams.map((stream) => stream.close()));
    },
  );

  it('P16 requests refresh their session at most once per twentieth of its lifetime', async () => {
    const session = await LegacySession.open(app.port);
    await session.request('ping');
    await settled();
    await redis.admin.config('RESETSTAT');
    const requests = times(100, 2000);
    for (let i = 0; i < requests; i++) expect((await session.request('ping')).result).toEqual({});
    const count = await calls();
    figure('P16', 'TTL refreshes per request of a busy session', count('pexpire') / requests);
    figure('P16', 'scripts per request of a busy session', (count('evalsha') + count('eval')) / requests);
    expect(count('pexpire')).toBe(0);
  });
});
