import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { figure, times } from '../fixtures/measurements/figures.js';
import { fleetApp, type FleetApp } from '../fixtures/applications/fleet-app.js';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { call } from '../fixtures/clients/mcp-requests.js';
import { send } from '../fixtures/clients/raw-http.js';
import { newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';
import type { JsonRpc } from '../fixtures/clients/sse-client.js';
import { TcpProxy } from '../fixtures/network/tcp-proxy.js';

const MAX_HELD = 20;
const OUTAGE_MS = times(5000, 30_000);

const log = (data: string) => ({ level: 'error', data }) as const;
const hasData =
  (text: string) =>
  ({ params }: JsonRpc): boolean =>
    params?.data === text;

let redis: RedisServer;
let a: FleetApp;
let b: FleetApp;

/** Two instances for each test, on a Redis that keeps its data over a restart or loses it. */
function useFleet(appendOnly: boolean): void {
  beforeEach(async () => {
    redis = await RedisServer.start({ appendOnly });
    const options = { redis: redis.url, redisPrefix: newNamespace(), redisWaitMs: 300, maxHeldStreams: MAX_HELD };
    [a, b] = await Promise.all([fleetApp(options), fleetApp(options)]);
  });
  afterEach(async () => {
    await Promise.all([a.close(), b.close()]);
    await redis.dispose();
  });
}

/** A client that has received `before` and is disconnected. */
async function disconnected() {
  const session = await LegacySession.open(a.port);
  const stream = await session.get();
  await a.mcp.sendToSession(session.id, log('before'));
  await stream.message(hasData('before'));
  await stream.close();
  return { session, cursor: stream.lastEventId };
}

describe('F4, P9 clients that reconnect while Redis is unavailable', () => {
  useFleet(true);

  it('GETs during an outage are held open with their cursor and continue afterwards, and those beyond `maxHeldStreams` get 503', async () => {
    const { session, cursor } = await disconnected();
    const fresh = await LegacySession.open(a.port);
    const ended = await disconnected();
    await redis.kill();
    const held = await session.at(b.port).get(cursor);
    await held.frame(({ id }) => id === cursor);
    const first = await fresh.at(b.port).get();
    const others = await Promise.all(
      Array.from({ length: MAX_HELD - 2 }, () => ended.session.at(b.port).get(ended.cursor)),
    );
    const refused = await send(b.port, session.getRequest(cursor));
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '2']);
    const malformed = await send(b.port, session.getRequest('nonsense'));
    expect(malformed.status).toBe(400);

    await redis.start();
    await expect
      .poll(() => a.mcp.sendToSession(session.id, log('after')).catch(() => 'unavailable'), { timeout: 8000 })
      .not.toBe('unavailable');
    await held.message(hasData('after'), 12_000);
    expect(held.messages.map(({ params }) => params?.data)).toEqual(['after']);
    await expect.poll(() => a.mcp.sendToSession(fresh.id, log('hello')), { timeout: 8000 }).toBe('delivered');
    await first.message(hasData('hello'));
    // One of them has the stream, and the others were told to reconnect: their headers had been sent before.
    await expect.poll(() => others.filter(({ complete }) => complete).length).toBe(others.length - 1);
    await Promise.all([held, first, ...others].map((stream) => stream.close()));
  });

  it('GETs that are refused for another reason do not count as held', async () => {
    const options = {
      redis: redis.url,
      redisPrefix: newNamespace(),
      redisWaitMs: 100,
      maxHeldStreams: 2,
      maxStreams: 1,
    };
    const small = await fleetApp(options);
    const session = await LegacySession.open(small.port);
    await redis.kill();
    const waiting = await session.get();
    for (let i = 0; i < 3; i++) expect((await send(small.port, session.getRequest())).headers['retry-after']).toBe('5');
    expect(small.mcp.health().open).toMatchObject({ streams: 1, heldStreams: 1 });
    await waiting.close();
    await expect.poll(() => small.mcp.health().open).toMatchObject({ streams: 0, heldStreams: 0 });
    await redis.start();
    await small.close();
  });

  it('an instance that closes during the outage sends its held GETs a reconnect hint', async () => {
    const { session, cursor } = await disconnected();
    await redis.kill();
    const held = await session.at(b.port).get(cursor);
    await held.frame(({ id }) => id === cursor);
    await b.close();
    await held.end();
    expect(held.complete).toBe(true);
    expect(held.frames.at(-1)!.retry).toBeGreaterThanOrEqual(1000);
    await redis.start();
  });

  it(
    'the official client survives an outage that cuts its stream, and modern requests are served throughout',
    { timeout: OUTAGE_MS + 60_000 },
    async () => {
      const proxy = await TcpProxy.start(a.port);
      const received: { at: number; data: unknown }[] = [];
      const client = new Client({ name: 'patient', version: '1.0.0' }, { versionNegotiation: { mode: 'legacy' } });
      client.setNotificationHandler('notifications/message', ({ params }) => {
        received.push({ at: performance.now(), data: params.data });
      });
      const errors: Error[] = [];
      client.onerror = (error) => errors.push(error);
      const transport = new StreamableHTTPClientTransport(new URL(proxy.url.replace('redis:', 'http:') + '/mcp'));
      await client.connect(transport);
      const id = transport.sessionId!;
      await a.mcp.sendToSession(id, log('before'));
      await expect.poll(() => received.length).toBe(1);

      await redis.kill();
      proxy.cut();
      const served: number[] = [];
      const until = performance.now() + OUTAGE_MS;
      while (performance.now() < until) {
        served.push((await send(b.port, call('echo', { text: 'plain' }))).status);
        await pause(20);
      }
      expect(received.length).toBe(1);
      const gaveUp = errors.filter(({ message }) => message.includes('Maximum reconnection attempts'));
      expect(gaveUp).toEqual([]);

      await redis.start();
      const restartedAt = performance.now();
      await expect
        .poll(() => a.mcp.sendToSession(id, log('after')).catch(() => 'unavailable'), { timeout: 8000 })
        .not.toBe('unavailable');
      await expect.poll(() => received.length, { timeout: 15_000 }).toBe(2);
      expect(served.filter((status) => status !== 200)).toEqual([]);
      figure('P9', `modern requests served in an outage of ${OUTAGE_MS / 1000} s`, 100, '%');
      figure('P9', 'first event of an official client after Redis is back', received[1]!.at - restartedAt, 'ms');
      figure('F4', 'official clients that gave up', gaveUp.length);
      await client.close();
      await proxy.close();
    },
  );
});

describe('F4, P9 clients that reconnect while Redis is unavailable and loses its data', () => {
  useFleet(false);

  it('held GETs whose session ends during the outage are told to reconnect and then get 404', async () => {
    const { session, cursor } = await disconnected();
    await redis.kill();
    const held = await session.at(b.port).get(cursor);
    await held.frame(({ id }) => id === cursor);
    await redis.start();
    await held.end(12_000);
    expect(held.complete).toBe(true);
    expect(held.frames.at(-1)!.retry).toBe(1000);
    expect((await send(b.port, session.getRequest(cursor))).status).toBe(404);
  });
});
