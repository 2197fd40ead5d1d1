import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STANDALONE_STREAM } from '../../../lib/stream/event-log.js';
import { ChildInstance } from '../../fixtures/processes/child-instance.js';
import { figure, percentile, times } from '../../fixtures/measurements/figures.js';
import { anonymous, begin } from '../../fixtures/fleet/stream-subscription.js';
import { fleetMember, type FleetMember, newNamespace } from '../../fixtures/fleet/redis-fleet.js';
import { pingsDuring } from '../../fixtures/redis/redis-latency.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';
import { SseClients } from '../../fixtures/clients/sse-clients.js';

const CLIENTS = times(300, 2000);
/** Messages of about 256 bytes, sent while the clients are disconnected. */
const MISSED = 20;
const FILLER = 'x'.repeat(150);
const timeouts = { timeout: times(60_000, 300_000) };

const message = (data: unknown): string =>
  JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'error', data, filler: FILLER } });

describe(`F13 ${CLIENTS} clients whose streams are cut at once`, () => {
  let redis: RedisServer;
  let dying: ChildInstance;
  let other: ChildInstance;
  let writer: FleetMember;
  beforeEach(async () => {
    redis = await RedisServer.start();
    const options = { redis: redis.url, redisPrefix: newNamespace() };
    [dying, other] = await Promise.all([ChildInstance.start(options), ChildInstance.start(options)]);
    writer = await fleetMember({ redis: redis.url, namespace: `${options.redisPrefix}:default` });
  });
  afterEach(async () => {
    await Promise.all([dying.kill(), other.kill(), writer.close()]);
    await redis.dispose();
  });

  it(
    'F13 all clients of a killed instance catch up on another instance with each message once and in order',
    timeouts,
    async () => {
      const sessions = Array.from({ length: CLIENTS }, (_, i) => `herd-${i}`);
      await Promise.all(sessions.map((id) => begin(writer, anonymous(id))));
      const received = sessions.map((): string[] => []);
      let release!: () => void;
      const outage = new Promise<void>((resolve) => (release = resolve));
      const crowd = new SseClients({
        sessions,
        port: () => (dying.alive ? dying : other).port,
        onMessage: (i, text) => received[i]!.push(text),
        // Reconnects after the delay of the server with some jitter, once there is something to catch up with.
        pause: () => outage.then(() => pause(750 + Math.random() * 500)),
      });
      const sendToAll = (data: string) =>
        Promise.all(sessions.map((id) => writer.log.append(anonymous(id), STANDALONE_STREAM, message(data))));
      await expect.poll(() => crowd.size, { timeout: 30_000 }).toBe(CLIENTS);
      await sendToAll('before');
      await expect.poll(() => received.every(({ length }) => length === 1), { timeout: 20_000 }).toBe(true);

      await dying.kill();
      const texts = Array.from({ length: MISSED }, (_, n) => `${n}`);
      for (const text of texts) await sendToAll(text);
      const { result: tookMs, pings } = await pingsDuring(redis.port, async () => {
        const since = performance.now();
        release();
        const isCaughtUp = (): boolean => received.every(({ length }) => length > MISSED);
        await expect.poll(isCaughtUp, { timeout: 40_000, interval: 20 }).toBe(true);
        return performance.now() - since;
      });
      figure('F13', 'clients cut at once', CLIENTS);
      figure('F13', 'all caught up, with a retry of about 1000 ms', tookMs, 'ms');
      figure('F13', 'PING of Redis meanwhile, p99', percentile(pings, 0.99), 'ms');
      const flawless = ['before', ...texts];
      const flawed = received.filter((got) => got.join() !== flawless.join());
      figure('F13', 'clients that missed something, got it twice or out of order', flawed.length);
      expect(flawed).toEqual([]);
      crowd.close();
    },
  );
});
