import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STANDALONE_STREAM } from '../../../lib/stream/event-log.js';
import { figure, times } from '../../fixtures/measurements/figures.js';
import { fleetApp, type FleetApp } from '../../fixtures/applications/fleet-app.js';
import { anonymous, begin, follow, type Followed, key } from '../../fixtures/fleet/stream-subscription.js';
import { initializeRequest, LegacySession } from '../../fixtures/clients/legacy-session.js';
import { call } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { fleetMember, type FleetMember, newNamespace } from '../../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';
import type { JsonRpc } from '../../fixtures/clients/sse-client.js';

const G = STANDALONE_STREAM;
const timeouts = { timeout: times(30_000, 300_000) };
const hasData = (data: unknown) => (message: JsonRpc) => message.params?.data === data;

let redis: RedisServer;
let app: FleetApp;
let member: FleetMember;
beforeEach(async () => {
  redis = await RedisServer.start();
  const options = { redis: redis.url, redisPrefix: newNamespace() };
  app = await fleetApp({ ...options, redisWaitMs: 500 });
  member = await fleetMember({ redis: redis.url, namespace: `${options.redisPrefix}:default` });
});
afterEach(async () => {
  await Promise.all([app.close(), member.close()]);
  await redis.dispose();
});

describe('F14 Redis at maxmemory without eviction', () => {
  it(
    'P6, P9 requests fail cleanly while Redis is out of memory, and pending messages are stored afterwards',
    timeouts,
    async () => {
      const session = await LegacySession.open(app.port);
      const stream = await session.get();
      await stream.frame(({ id }) => id !== undefined);
      const running = await session.stream('holdLoudly', { key: 'full' }, 'full');
      await running.message(hasData('before'));

      let [refused, unclean] = [0, 0];
      const rounds = times(2, 20);
      for (let round = 0; round < rounds; round++) {
        await redis.admin.config('SET', 'maxmemory', '1');
        for (let i = 0; i < 5; i++) {
          const { status, headers } = await send(app.port, initializeRequest());
          if (status === 503 && headers['retry-after'] !== undefined) refused++;
          else unclean++;
        }
        // None of these requests needs memory in Redis.
        expect((await send(app.port, call('echo', { text: 'plain' }))).status).toBe(200);
        expect((await session.post(session.message('ping'))).status).not.toBe(404);
        if (round === rounds - 1) app.gate.release('full');
        const appended = member.log.append(anonymous(session.id), G, text(`full ${round}`));
        await expect.poll(() => member.troubles.some((line) => line.includes('Redis is full'))).toBe(true);
        await redis.admin.config('SET', 'maxmemory', '0');
        expect((await appended).kind).toBe('appended');
        await stream.message(hasData(`full ${round}`), 10_000);
      }
      await running.end(10_000);
      expect(running.messages.at(-1)).toMatchObject({ id: 'full', result: { content: [{ text: 'full' }] } });
      expect((await send(app.port, initializeRequest())).status).toBe(200);
      const received = stream.messages.map(({ params }) => params!.data as string);
      expect(received).toEqual(Array.from({ length: rounds }, (_, i) => `full ${i}`));
      figure('F14', 'requests refused with 503 and Retry-After while memory was full', refused);
      figure('F14', 'requests that failed in another way', unclean);
      expect(unclean).toBe(0);
      await stream.close();
    },
  );

  it('an append that never finds memory is rejected with a named error and not stored later', timeouts, async () => {
    await begin(member, key(1));
    const impatient = await fleetMember({ redis: redis.url, namespace: member.keys.namespace });
    await redis.admin.config('SET', 'maxmemory', '1');
    const lost = impatient.log.append(key(1), G, text('lost'));
    const refusal = lost.catch((error: Error) => error.name);
    await impatient.close();
    expect(await refusal).toBe('BackendFullError');
    await redis.admin.config('SET', 'maxmemory', '0');
    await member.log.append(key(1), G, text('stored'));
    expect((await member.log.read(key(1), G, '0-0', 10)).entries.map(({ data }) => data)).toEqual([text('stored')]);
  });
});

describe.each(['allkeys-lru', 'allkeys-random'])('F14 Redis at maxmemory that evicts by %s', (policy) => {
  const STREAMS = times(100, 1000);

  it('P3 each stream delivers everything, signals a gap or ends with its session', timeouts, async () => {
    const numbers = Array.from({ length: STREAMS }, (_, i) => i);
    await Promise.all(numbers.map((i) => begin(member, anonymous(`e-${i}`))));
    const appendTo = (from: number, count: number, i: number) =>
      Promise.all(Array.from({ length: count }, (_, n) => member.log.append(anonymous(`e-${i}`), G, `${from + n}`)));
    const first = numbers.map((i) => follow(member, anonymous(`e-${i}`), 60_000));
    await Promise.all(numbers.map((i) => appendTo(0, 3, i)));
    await Promise.all(first.map(({ recorder }) => recorder.until(() => recorder.delivered.length === 3)));
    for (const { close } of first) close();
    const cursors = await Promise.all(
      numbers.map(async (i) => (await member.log.read(anonymous(`e-${i}`), G, '0-0', 10)).last),
    );
    const outcomes = (await Promise.all(numbers.map((i) => appendTo(3, 3, i)))).flat();
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['appended']));

    await evictHalf(`${member.keys.namespace}:*e-*`);
    const back = numbers.map((i) => follow(member, anonymous(`e-${i}`), 300, cursors[i]));
    const after = await Promise.all(
      numbers.map((i) => member.log.append(anonymous(`e-${i}`), G, '6').catch(() => ({ kind: 'gone' }))),
    );
    const isSettled = ({ recorder }: Followed) => recorder.delivered.includes('6') || recorder.ends.length > 0;
    await Promise.all(back.map((followed) => followed.recorder.until(() => isSettled(followed), 20_000)));
    const whole = back.filter(({ recorder }) => recorder.delivered.join() === '3,4,5,6');
    const signalled = back.filter(({ recorder }) => recorder.gaps.length + recorder.ends.length > 0);
    const over = numbers.filter((i) => after[i]!.kind === 'gone');
    const silent = back.filter((one) => !whole.includes(one) && !signalled.includes(one));
    figure('F14', `streams that lost something to ${policy}`, STREAMS - whole.length);
    figure('F14', `silent losses to ${policy}`, silent.length);
    expect([silent, signalled.filter((one) => whole.includes(one))]).toEqual([[], []]);
    expect(signalled.length).toBeGreaterThan(0);
    for (const i of over.slice(0, 5)) expect((await send(app.port, withSession(`e-${i}`))).status).toBe(404);
    for (const { close } of back) close();
  });

  /** Fills Redis until it has evicted half of these keys. */
  async function evictHalf(pattern: string): Promise<void> {
    const before = (await redis.admin.keys(pattern)).length;
    const used = Number(/used_memory:(\d+)/.exec(await redis.admin.info('memory'))![1]);
    await redis.admin.config('SET', 'maxmemory-policy', policy);
    await redis.admin.config('SET', 'maxmemory', `${used + 200_000}`);
    for (let i = 0; (await redis.admin.keys(pattern)).length > before / 2; i++) {
      await Promise.all(Array.from({ length: 20 }, (_, n) => redis.admin.set(`junk ${i} ${n}`, 'x'.repeat(1000))));
    }
    await redis.admin.config('SET', 'maxmemory', '0');
  }
});

const text = (data: string): string =>
  JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'error', data } });

const withSession = (id: string) => ({
  body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
  headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'mcp-session-id': id },
});
