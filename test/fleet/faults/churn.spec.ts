import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { McpRuntime } from '../../../lib/server/mcp-runtime.js';
import { figure, times } from '../../fixtures/measurements/figures.js';
import { fsck } from '../../fixtures/fleet/fsck.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { newNamespace } from '../../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';
import { RedisMessageBroker } from '../../../lib/redis/pubsub/redis-message-broker.js';
import { Gate } from '../../fixtures/applications/gate.js';
import { WireResources } from '../../fixtures/applications/wire-resources.js';
import { WireTools } from '../../fixtures/applications/wire-tools.js';
import { MessageBroker } from 'nestjs-mcp-fleet';

const SESSIONS = times(500, 20_000);
const AT_ONCE = 20;
const TTL_MS = 3000;
const timeouts = { timeout: times(60_000, 900_000) };

describe(`P10 ${SESSIONS} short-lived sessions`, () => {
  let redis: RedisServer;
  let app: NestApp;
  const redisPrefix = newNamespace();
  beforeAll(async () => {
    redis = await RedisServer.start();
    const ttls = { sessionIdleTtlMs: TTL_MS, historyTtlMs: TTL_MS, resultTtlMs: TTL_MS };
    const providers = [{ provide: Gate, useValue: new Gate() }, WireTools, WireResources];
    app = await nestApp({ providers }, { mcp: { redis: redis.url, redisPrefix, maxSessions: 2 * SESSIONS, ...ttls } });
  });
  afterAll(async () => {
    await app.close();
    await redis.dispose();
  });

  /** The number of resources the instance holds for its clients. */
  function gauges(): Record<string, number> {
    const runtime = app.app.get(McpRuntime, { strict: false });
    const { channels, listeners, unexpectedMessages } = (app.app.get(MessageBroker) as RedisMessageBroker).sizes;
    return {
      ...{ channels, listeners, unexpectedMessages },
      inFlight: runtime.inFlight.size,
      standalone: runtime.http.streams.size,
      subscriptions: runtime.engine.subscriptions.size,
    };
  }

  async function visit(i: number): Promise<void> {
    const session = await LegacySession.open(app.port);
    await session.request('resources/subscribe', { uri: 'wire://fixed' });
    const standalone = await session.get();
    const stream = await session.stream('speak', { count: 3 });
    await stream.end();
    await app.mcp.sendToSession(session.id, { level: 'error', data: i });
    await standalone.message(({ params }) => params?.data === i);
    await standalone.close();
    // Half of them end with DELETE.
    if (i % 2) await session.end();
  }

  it(
    'P10 every key of short-lived sessions has a TTL, and none is left in Redis or in the instance',
    timeouts,
    async () => {
      // From its first session on, an instance hears of the ends of all sessions.
      await (await LegacySession.open(app.port)).end();
      await expect.poll(() => gauges().listeners).toBeGreaterThan(2);
      const idle = gauges();
      const lasting = new Set(await redis.admin.keys('*'));
      const base = await redis.admin.dbsize();
      let most = 0;
      const problems: string[] = [];
      const checks = 10;
      for (let i = 0; i < SESSIONS; i += AT_ONCE) {
        await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => visit(i + n)));
        most = Math.max(most, await redis.admin.dbsize());
        if (i % Math.ceil(SESSIONS / checks) < AT_ONCE) problems.push(...(await fsck(redis.admin, redisPrefix)));
      }
      expect(problems).toEqual([]);
      expect(most).toBeGreaterThan(base + AT_ONCE);
      // The keys of an instance do not grow with its clients.
      const remaining = async () =>
        (await redis.admin.keys('*')).filter((key) => !lasting.has(key) && /:\{|:nonce/.test(key));
      await expect.poll(remaining, { timeout: 4 * TTL_MS, interval: 200 }).toEqual([]);
      await expect
        .poll(gauges, { timeout: 5000 })
        .toEqual({ ...idle, unexpectedMessages: expect.any(Number) as number });
      figure('P10', 'sessions that came and went', SESSIONS);
      figure('P10', 'keys in Redis at most', most);
      figure('P10', 'keys of sessions left after their time', (await remaining()).length);
      figure('P10', 'keys without a TTL ever seen', problems.length);
      expect(app.logs.errors).toEqual([]);
    },
  );
});
