import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STANDALONE_STREAM } from '../../lib/stream/event-log.js';
import { figure } from '../fixtures/measurements/figures.js';
import { fleetApp, type FleetApp } from '../fixtures/applications/fleet-app.js';
import { begin, follow, type Followed, key } from '../fixtures/fleet/stream-subscription.js';
import { fsck } from '../fixtures/fleet/fsck.js';
import { FLAWLESS, type StreamRecorder } from '../fixtures/fleet/stream-recorder.js';
import { initializeRequest, LegacySession } from '../fixtures/clients/legacy-session.js';
import { call, modern } from '../fixtures/clients/mcp-requests.js';
import { send } from '../fixtures/clients/raw-http.js';
import { fleetMember, type FleetMember, newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';
import { type JsonRpc, SseClient } from '../fixtures/clients/sse-client.js';

const G = STANDALONE_STREAM;
const SELF_CHECK_MS = 300;
const hasData = (data: unknown) => (message: JsonRpc) => message.params?.data === data;
const of = (method: string) => (message: JsonRpc) => message.method === method;
const log = (data: unknown) => ({ level: 'error' as const, data });

describe('F3 Redis is killed and restarts with its data', () => {
  it('P2 a Redis restart loses no acknowledged message, causes no gap, and appends made meanwhile are stored', async () => {
    const redis = await RedisServer.start({ appendOnly: true });
    const namespace = newNamespace();
    const [writer, reader] = await Promise.all(
      [0, 1].map(() => fleetMember({ redis: redis.url, namespace, waitMs: 500 })),
    );
    const followed = [];
    for (let i = 1; i <= 10; i++) {
      await begin(writer!, key(i));
      followed.push(follow(reader!, key(i), SELF_CHECK_MS));
    }
    const total = 300;
    const producing = Promise.all(
      followed.map(async ({ recorder }, i) => {
        for (let n = 0; n < total; n++) {
          const outcome = await writer!.log.append(key(i + 1), G, `${n}`);
          if (outcome.kind === 'appended') recorder.acked.push(`${n}`);
          if (n % 5 === 0) await pause(10);
        }
      }),
    );
    for (let i = 0; i < 3; i++) {
      await pause(150);
      await redis.kill();
      await pause(300);
      await redis.start();
    }
    const since = performance.now();
    await producing;
    await Promise.all(followed.map(({ recorder }) => recorder.until(() => recorder.delivered.length === total)));
    const lost = followed.reduce((sum, { recorder }) => sum + recorder.flaws.lost, 0);
    figure('F3', 'messages acknowledged while Redis was killed three times', 10 * total, 'messages');
    figure('F3', 'lost', lost);
    figure('F3', 'all delivered after the last return', performance.now() - since, 'ms');
    for (const { recorder } of followed) {
      expect(recorder.acked).toHaveLength(total);
      expect(recorder.flaws).toEqual(FLAWLESS);
      expect(recorder.ends).toEqual([]);
    }
    expect(await fsck(redis.admin, namespace)).toEqual([]);
    for (const { close } of followed) close();
    await Promise.all([writer!.close(), reader!.close()]);
    await redis.dispose();
  });
});

const signalledIn = (followed: readonly Followed[]): number =>
  followed.filter(({ recorder }) => recorder.gaps.length + recorder.ends.length === 1).length;

describe('P3 losses are never silent', () => {
  let redis: RedisServer;
  let member: FleetMember;
  const STREAMS = 10;
  beforeEach(async () => {
    redis = await RedisServer.start();
    member = await fleetMember({ redis: redis.url });
  });
  afterEach(async () => {
    await member.close();
    await redis.dispose();
  });

  /** Streams that have delivered everything so far. */
  async function upToDate() {
    const followed = [];
    for (let i = 1; i <= STREAMS; i++) {
      await begin(member, key(i));
      followed.push(follow(member, key(i), SELF_CHECK_MS));
    }
    await appendTo(followed, 0, 5);
    return followed;
  }

  async function appendTo(
    followed: { recorder: StreamRecorder }[],
    from: number,
    count: number,
    arrive = count,
  ): Promise<void> {
    await Promise.all(
      followed.map(async ({ recorder }, i) => {
        const before = recorder.delivered.length;
        for (let n = from; n < from + count; n++) {
          expect((await member.log.append(key(i + 1), G, `${n}`)).kind).toBe('appended');
          recorder.acked.push(`${n}`);
        }
        await recorder.until(() => recorder.delivered.length === before + arrive);
      }),
    );
  }

  it('FLUSHALL ends every stream once, and the sessions stay gone', async () => {
    const followed = await upToDate();
    await redis.admin.flushall();
    await Promise.all(followed.map(({ recorder }) => recorder.until(() => recorder.ends.length > 0)));
    for (const { recorder } of followed) {
      expect(recorder.ends).toEqual([{ kind: 'end', reason: 'ended' }]);
      expect(recorder.flaws).toEqual(FLAWLESS);
    }
    expect((await member.log.append(key(1), G, 'late')).kind).toBe('gone');
    expect(await member.store.load(key(1))).toBeUndefined();
  });

  it('FLUSHALL with sessions opened anew at once causes one gap per stream, and every stream continues', async () => {
    const followed = await upToDate();
    const records = await Promise.all(
      followed.map((_, i) => redis.admin.hmget(member.keys.session(key(i + 1)), 'r', 'i', 'l')),
    );
    const step = redis.admin.multi().flushall();
    for (const [i, [r, initialized, l]] of records.entries()) {
      const name = member.keys.session(key(i + 1));
      step.hset(name, { r: r!, i: initialized!, l: l ?? '' }).pexpire(name, 3_600_000);
    }
    await step.exec();
    await Promise.all(followed.map(({ recorder }) => recorder.until(() => recorder.gaps.length > 0)));
    await appendTo(followed, 5, 5);
    figure(
      'P3',
      'streams that lost something to FLUSHALL and were told once',
      (100 * signalledIn(followed)) / STREAMS,
      '%',
    );
    for (const { recorder } of followed) {
      expect(recorder.gaps).toEqual([{ kind: 'gap', reason: 'unknown', cursor: '0-0' }]);
      expect(recorder.flaws).toMatchObject({ lost: 0, duplicated: 0, reordered: 0 });
    }
    for (const { close } of followed) close();
  });

  it('evicted logs cause one gap for each disconnected reader that missed something and none for the others', async () => {
    const followed = await upToDate();
    for (const { close } of followed) close();
    const cursors = await Promise.all(
      followed.map((_, i) => member.log.read(key(i + 1), G, '0-0', 1).then(({ last }) => last)),
    );
    // Half of them miss entries that are gone when they reconnect.
    for (let i = 1; i <= STREAMS; i += 2) await member.log.append(key(i), G, '5');
    await Promise.all(
      Array.from({ length: STREAMS }, (_, i) => redis.admin.del(`${member.keys.logs(key(i + 1))}${G}`)),
    );
    const back = cursors.map((cursor, i) => follow(member, key(i + 1), SELF_CHECK_MS, cursor));
    await appendTo(back, 6, 3);
    figure(
      'P3',
      'streams that lost something to eviction and were told once',
      (200 * signalledIn(back)) / STREAMS,
      '%',
    );
    expect(back.map(({ recorder }) => recorder.gaps.length)).toEqual(cursors.map((_, i) => (i % 2 === 0 ? 1 : 0)));
    for (const { close } of back) close();
  });

  it('F6 a fork of the log that forgets delivered entries is detected although the ids keep growing', async () => {
    const followed = await upToDate();
    // The state of a replica that was slightly behind.
    const names = followed.flatMap((_, i) => [member.keys.session(key(i + 1)), `${member.keys.logs(key(i + 1))}${G}`]);
    const dumps = await Promise.all(names.map((name) => redis.admin.dumpBuffer(name)));
    await appendTo(followed, 5, 5);
    const step = redis.admin.multi();
    for (const [i, name] of names.entries()) step.restore(name, 3_600_000, dumps[i]!, 'REPLACE');
    await step.exec();
    for (const [i] of followed.entries()) await member.log.append(key(i + 1), G, '10');
    await Promise.all(followed.map(({ recorder }) => recorder.until(() => recorder.delivered.includes('10'))));
    figure('F6', 'silent losses of forked streams', STREAMS - signalledIn(followed));
    figure(
      'P3',
      'streams that lost something to a fork and were told once',
      (100 * signalledIn(followed)) / STREAMS,
      '%',
    );
    for (const { recorder, close } of followed) {
      expect(recorder.gaps).toHaveLength(1);
      expect(recorder.flaws).toMatchObject({ lost: 0, duplicated: 0, reordered: 0 });
      close();
    }
  });
});

describe('P9 Redis is unavailable', () => {
  it('P9 an application that boots without Redis serves modern requests, answers 503 to others and recovers by itself', async () => {
    const redis = await RedisServer.absent();
    const app = await fleetApp({ redis: redis.url, redisWaitMs: 300 });
    const plain = await send(app.port, call('echo', { text: 'plain' }));
    expect([plain.status, (JSON.parse(plain.body) as JsonRpc).result!.content[0].text]).toEqual([200, 'plain']);
    for (const request of [initializeRequest(), unknownSession()]) {
      const since = performance.now();
      const refused = await send(app.port, request);
      expect([refused.status, refused.headers['retry-after']]).toEqual([503, '2']);
      expect(performance.now() - since).toBeLessThan(1500);
    }
    const listening = await SseClient.open(
      app.port,
      modern('subscriptions/listen', { notifications: { toolsListChanged: true } }),
    );
    await listening.message(of('notifications/subscriptions/acknowledged'));

    await redis.start();
    const since = performance.now();
    await expect
      .poll(() => send(app.port, initializeRequest()).then(({ status }) => status), { timeout: 8000 })
      .toBe(200);
    process.stdout.write(`P9: sessions again ${Math.round(performance.now() - since)} ms after Redis came\n`);
    expect((await send(app.port, unknownSession())).status).toBe(404);
    // A notification covers what may have been missed (P12).
    await listening.message(of('notifications/tools/list_changed'));
    await listening.close();
    expect(app.logs.errors).toEqual([]);
    expect(app.logs.warnings.length).toBeGreaterThan(0);
    expect(app.logs.warnings.join()).not.toContain('mcp:');
    await app.close();
    await redis.dispose();
  });

  it.each(['frozen', 'killed'] as const)(
    'P9 sessions wait out an outage and are never 404, and their streams continue, when Redis is %s',
    async (how) => {
      const redis = await RedisServer.start({ appendOnly: true });
      const options = { redis: redis.url, redisWaitMs: 300 };
      const [a, b] = await Promise.all([fleetApp(options), fleetApp(options)]);
      const session = await LegacySession.open(a.port);
      const stream = await session.get();
      await stream.frame(({ id }) => id !== undefined);
      await b.mcp.sendToSession(session.id, log('before'));
      await stream.message(hasData('before'));
      const running = await session.stream('holdLoudly', { key: `slow ${how}` }, 'slow');
      await running.message(hasData('before'));

      if (how === 'frozen') redis.freeze();
      else await redis.kill();
      const plain = await send(a.port, call('echo', { text: 'plain' }));
      expect(plain.status).toBe(200);
      for (const app of [a, b] as FleetApp[]) {
        const refusal = async (): Promise<unknown[]> => {
          const { status, headers } = await session.at(app.port).post(session.message('ping'));
          return [status, headers['retry-after']];
        };
        // A session that is known is served until the silence of a frozen Redis is noticed.
        await expect.poll(refusal, { timeout: 8000 }).toEqual([503, '2']);
      }
      // The method returns during the outage; its response must not be lost.
      a.gate.release(`slow ${how}`);
      const sent = b.mcp.sendToSession(session.id, log('meanwhile')).catch(() => undefined);
      // The response and the message were sent before this request, so they have waited for Redis at least as long.
      const stillRefused = await session.at(a.port).post(session.message('ping'));
      expect(stillRefused.status).toBe(503);

      if (how === 'frozen') redis.thaw();
      else await redis.start();
      await expect
        .poll(() => session.post(session.message('ping')).then(({ status }) => status), { timeout: 8000 })
        .toBe(200);
      await sent;
      await expect
        .poll(() => b.mcp.sendToSession(session.id, log('after')).catch(() => 'unavailable'), { timeout: 8000 })
        .not.toBe('unavailable');
      await stream.message(hasData('after'), 12_000);
      await running.end(12_000);
      expect(running.messages.at(-1)).toMatchObject({ id: 'slow', result: { content: [{ text: `slow ${how}` }] } });
      await stream.close();
      await Promise.all([a.close(), b.close()]);
      await redis.dispose();
    },
  );
});

/** A request in an unknown session: 404 if Redis can be asked and 503 if not. */
const unknownSession = () => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-session-id': 'nobody',
  };
  return { body, headers };
};
