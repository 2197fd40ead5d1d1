import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { figure, times } from '../../fixtures/measurements/figures.js';
import { fleetApp, type FleetApp } from '../../fixtures/applications/fleet-app.js';
import { initializeRequest, LegacySession } from '../../fixtures/clients/legacy-session.js';
import { call } from '../../fixtures/clients/mcp-requests.js';
import {
  expectOneServer,
  gapsOf,
  openStandaloneStream,
  log,
  logDataOf,
  hasData,
} from '../../fixtures/fleet/expect-one-server.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { SentinelGroup } from '../../fixtures/redis/redis-sentinel.js';

const PATIENCE_MS = 15_000;

let redis: SentinelGroup;
let a: FleetApp;
let b: FleetApp;
beforeAll(async () => {
  redis = await SentinelGroup.start();
  const options = { redis: redis.option, redisWaitMs: 500 };
  [a, b] = await Promise.all([fleetApp(options), fleetApp(options)]);
});
afterAll(async () => {
  await Promise.all([a.close(), b.close()]);
  await redis.dispose();
});

/** Waits until both instances open sessions again. */
async function recovered(): Promise<void> {
  for (const { port } of [a, b]) {
    const begin = () => send(port, initializeRequest()).then(({ status }) => status);
    await expect.poll(begin, { timeout: PATIENCE_MS }).toBe(200);
  }
}

describe('a fleet behind Sentinel', () => {
  it('two instances behind Sentinel act as one server', () => expectOneServer(a, b));

  it.each([
    ['no Sentinel is there', () => ({ ...redis.option, sentinels: [{ host: '127.0.0.1', port: 1 }] })],
    ['no Sentinel knows the name', () => ({ ...redis.option, name: 'nobody' })],
  ])('P9 an application starts, logs the cause and answers sessions with 503 where %s', async (_, option) => {
    const app = await fleetApp({ redis: option(), redisWaitMs: 300 });
    expect((await send(app.port, initializeRequest())).status).toBe(503);
    expect((await send(app.port, call('echo', { text: 'plain' }))).status).toBe(200);
    expect(app.logs.warnings).toEqual([
      expect.stringContaining('A Redis connection failed and is retried (NO_SENTINEL_KNOWS_THE_MASTER)'),
    ]);
    await app.close();
  });

  it('F6 a fleet follows a swap of masters that closes no connection', async () => {
    const session = await LegacySession.open(a.port);
    const stream = await openStandaloneStream(session.at(b.port));
    await redis.swap();
    await recovered();
    for (const app of [a, b]) await app.mcp.sendToSession(session.id, log(app.port));
    await stream.message(hasData(b.port), PATIENCE_MS);
    expect([logDataOf(stream), gapsOf(stream)]).toEqual([[a.port, b.port], 0]);
    await stream.close();
    // A subscriber of a disconnected replica receives nothing.
    const old = new Redis(redis.replica.url);
    await expect.poll(() => old.pubsub('CHANNELS', 'mcp:*'), { timeout: PATIENCE_MS }).toEqual([]);
    old.disconnect();
  });

  it('P3, F6 a fleet continues after a failover, and a gap tells each client that had read more than the replica held', async () => {
    const count = times(8, 50);
    const sessions = await Promise.all(Array.from({ length: count }, () => LegacySession.open(a.port)));
    const streams = await Promise.all(sessions.map((session) => openStandaloneStream(session.at(b.port))));
    const all = (data: unknown) => Promise.all(sessions.map(({ id }) => a.mcp.sendToSession(id, log(data))));
    await all('replicated');
    await Promise.all(streams.map((stream) => stream.message(hasData('replicated'), PATIENCE_MS)));
    // Half of them are disconnected at the failover, with messages still to read.
    const disconnected = streams.filter((_, i) => i % 4 >= 2);
    await Promise.all(disconnected.map((stream) => stream.close()));
    await all('kept');
    await redis.replicated();

    await redis.stopReplication();
    const forked = (i: number): boolean => i % 2 === 1;
    const lost = sessions.filter((_, i) => forked(i)).map(({ id }) => a.mcp.sendToSession(id, log('lost')));
    expect(await Promise.all(lost)).toHaveLength(count / 2);
    for (const [i, stream] of streams.entries()) if (i % 4 === 1) await stream.message(hasData('lost'), PATIENCE_MS);
    const late = await LegacySession.open(a.port);
    const since = performance.now();
    await redis.failOver();
    await recovered();
    figure('F6', 'both instances serve again after the kill', performance.now() - since, 'ms');

    const back = await Promise.all(
      streams.map(async (stream, i) =>
        disconnected.includes(stream) ? openStandaloneStream(sessions[i]!, stream.lastEventId) : stream,
      ),
    );
    await all('after');
    await Promise.all(back.map((stream) => stream.message(hasData('after'), PATIENCE_MS)));
    let signalled = 0;
    let unread = 0;
    for (const [i, stream] of back.entries()) {
      const wasDisconnected = disconnected.includes(streams[i]!);
      const receivedLost = forked(i) && !wasDisconnected;
      const before = wasDisconnected ? ['kept'] : ['replicated', 'kept', ...(receivedLost ? ['lost'] : [])];
      expect([i, logDataOf(stream), gapsOf(stream)]).toEqual([i, [...before, 'after'], receivedLost ? 1 : 0]);
      signalled += gapsOf(stream);
      // Neither the history nor a reader knows of these.
      if (forked(i) && wasDisconnected) unread++;
    }
    figure('F6', 'forked streams told of a gap', signalled, 'streams');
    figure('F6', 'acknowledged messages lost before anybody had read them, without a gap', unread, 'messages');
    // A session that the replica never received is over, and its client initializes again.
    expect((await late.post(late.message('ping'))).status).toBe(404);
    await Promise.all(back.map((stream) => stream.close()));
    const errors = [...a.logs.errors, ...b.logs.errors];
    expect(errors.filter((line) => !line.includes('BackendUnavailableError'))).toEqual([]);
  });

  it('two instances behind Sentinel act as one server after the old master is available again', async () => {
    await redis.replica.start();
    await expectOneServer(b, a);
  });
});
