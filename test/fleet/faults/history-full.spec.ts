import type { McpContext } from 'nestjs-mcp-fleet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STANDALONE_STREAM } from '../../../lib/stream/event-log.js';
import { figure, times } from '../../fixtures/measurements/figures.js';
import { begin, follow, key } from '../../fixtures/fleet/stream-subscription.js';
import { fleetMember } from '../../fixtures/fleet/redis-fleet.js';
import { fleetApp, type FleetApp } from '../../fixtures/applications/fleet-app.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';
import type { JsonRpc, SseClient } from '../../fixtures/clients/sse-client.js';

const HISTORY = 100;
const BURST = 10 * HISTORY;
const timeouts = { timeout: times(30_000, 300_000) };

const hasData = (data: unknown) => (message: JsonRpc) => message.params?.data === data;
const gapsIn = ({ frames }: SseClient): number => frames.filter(({ comment }) => comment === 'gap').length;
const numbersIn = ({ messages }: SseClient): number[] =>
  messages.map(({ params }) => params?.data as unknown).filter((data) => typeof data === 'number');

/** Asserts that these are the newest messages of the burst, in order and without a hole. */
function expectNewest(stream: SseClient): void {
  const got = numbersIn(stream);
  expect(got.length).toBeGreaterThanOrEqual(HISTORY - 1);
  expect(got).toEqual(Array.from({ length: got.length }, (_, i) => BURST - got.length + i));
}

describe('F10 ten times more messages than the history holds', () => {
  let redis: RedisServer;
  let app: FleetApp;
  beforeAll(async () => {
    redis = await RedisServer.start();
    app = await fleetApp({ redis: redis.url, maxHistory: HISTORY });
    const input = { type: 'object', properties: { key: { type: 'string' } } };
    await app.mcp.registerTool({ name: 'burst', input }, async ({ key }: { key: string }, ctx: McpContext) => {
      ctx.log.error('before');
      await app.gate.passage(key);
      for (let i = 0; i < BURST; i++) ctx.log.error(i);
      return key;
    });
  });
  afterAll(async () => {
    await app.close();
    await redis.dispose();
  });

  it(
    'P3 the resumed stream of a request signals exactly one gap and delivers the rest in order with the result',
    timeouts,
    async () => {
      const rounds = times(3, 50);
      let gaps = 0;
      let results = 0;
      for (let i = 0; i < rounds; i++) {
        const session = await LegacySession.open(app.port);
        const stream = await session.stream('burst', { key: `burst ${i}` }, 'burst');
        await stream.message(hasData('before'));
        await stream.close();
        app.gate.release(`burst ${i}`);
        const isKept = async (): Promise<number> => (await redis.admin.keys(`*${session.id}}:res:*`)).length;
        await expect.poll(isKept, { timeout: 10_000 }).toBe(1);
        const back = await session.get(stream.lastEventId);
        await back.end(10_000);
        gaps += gapsIn(back);
        results += back.messages.filter(({ id, result }) => id === 'burst' && result !== undefined).length;
        expectNewest(back);
      }
      figure('F10', 'gaps per burst on the stream of a request', gaps / rounds);
      figure('F10', 'results delivered after the burst', (100 * results) / rounds, '%');
      expect([gaps, results]).toEqual([rounds, rounds]);
    },
  );

  it(
    'P3 the resumed standalone stream signals exactly one gap, delivers the rest in order and continues',
    timeouts,
    async () => {
      const rounds = times(3, 50);
      let gaps = 0;
      for (let i = 0; i < rounds; i++) {
        const session = await LegacySession.open(app.port);
        const stream = await session.get();
        await app.mcp.sendToSession(session.id, { level: 'error', data: 'before' });
        await stream.message(hasData('before'));
        await stream.close();
        const sent = Array.from({ length: BURST }, (_, n) =>
          app.mcp.sendToSession(session.id, { level: 'error', data: n }),
        );
        await Promise.all(sent);
        const back = await session.get(stream.lastEventId);
        await back.message(hasData(BURST - 1), 10_000);
        await app.mcp.sendToSession(session.id, { level: 'error', data: 'after' });
        await back.message(hasData('after'));
        gaps += gapsIn(back);
        expectNewest(back);
        await back.close();
      }
      figure('F10', 'gaps per burst on the standalone stream', gaps / rounds);
      expect(gaps).toBe(rounds);
    },
  );
});

describe('F10 history beyond its maximum age', () => {
  it('P3 expired history causes one gap for each stream that missed some of it and none for the others', async () => {
    const redis = await RedisServer.start();
    const member = await fleetMember({ redis: redis.url, historyTtlMs: 300 });
    const numbers = Array.from({ length: times(20, 500) }, (_, i) => i);
    const missesSomething = (i: number): boolean => i % 2 === 0;
    const append = (i: number, text: string) => member.log.append(key(i), STANDALONE_STREAM, text);
    const cursors = await Promise.all(
      numbers.map(async (i) => {
        await begin(member, key(i));
        await append(i, 'heard');
        const { last } = await member.log.read(key(i), STANDALONE_STREAM, '0-0', 1);
        if (missesSomething(i)) await append(i, 'missed');
        return last;
      }),
    );
    const logsLeft = async () => (await redis.admin.keys(`${member.keys.namespace}:*:l:*`)).length;
    await expect.poll(logsLeft, { timeout: 10_000 }).toBe(0);
    const back = numbers.map((i) => follow(member, key(i), 60_000, cursors[i]));
    await Promise.all(numbers.map((i) => append(i, 'after')));
    await Promise.all(back.map(({ recorder }) => recorder.until(() => recorder.delivered.includes('after'))));
    const gaps = back.map(({ recorder }) => recorder.gaps.length);
    const affected = numbers.filter(missesSomething);
    const signalled = affected.filter((i) => gaps[i] === 1).length;
    figure(
      'P3',
      'streams that lost something to their age and were told once',
      (100 * signalled) / affected.length,
      '%',
    );
    expect(gaps).toEqual(numbers.map((i) => (missesSomething(i) ? 1 : 0)));
    for (const { close } of back) close();
    await member.close();
    await redis.dispose();
  });
});
