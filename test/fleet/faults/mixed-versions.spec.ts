import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STANDALONE_STREAM } from '../../../lib/stream/event-log.js';
import { ChildInstance } from '../../fixtures/processes/child-instance.js';
import { figure, times } from '../../fixtures/measurements/figures.js';
import { begin, follow, key } from '../../fixtures/fleet/stream-subscription.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { fleetMember, newNamespace } from '../../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';
import type { SseClient } from '../../fixtures/clients/sse-client.js';

const G = STANDALONE_STREAM;
const timeouts = { timeout: times(30_000, 300_000) };

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(async () => {
  await redis.dispose();
});

describe('F18 log entries of an unknown version', () => {
  it('P3 log entries of an unknown version are a gap for a client that was disconnected, and their neighbours are delivered', async () => {
    const member = await fleetMember({ redis: redis.url });
    await begin(member, key(1));
    const log = `${member.keys.logs(key(1))}${G}`;
    for (let n = 0; n < 5; n++) await member.log.append(key(1), G, `${n}`);
    const { last } = await member.log.read(key(1), G, '0-0', 1);
    // Written as the next version may do: the same links, other fields and a matching head.
    const head = (await redis.admin.hget(member.keys.session(key(1)), `h:${G}`))!;
    const id = (await redis.admin.xadd(log, '*', 'p', last, 't', '2', 'b', 'binary'))!;
    await redis.admin.hset(member.keys.session(key(1)), `h:${G}`, head.replace(last, id));
    const { recorder, reported, close } = follow(member, key(1), 60_000, '0-0');
    await recorder.until(() => recorder.gaps.length === 1);
    await member.log.append(key(1), G, '6');
    await recorder.until(() => recorder.delivered.length === 6);
    expect(recorder.delivered).toEqual(['0', '1', '2', '3', '4', '6']);
    expect(recorder.gaps).toEqual([{ kind: 'gap', reason: 'history', cursor: id }]);
    expect(reported).toEqual([]);
    close();
    await member.close();
  });

  it('P1 more entries of an unknown version than one read returns do not hide the entries after them', async () => {
    const member = await fleetMember({ redis: redis.url });
    await begin(member, key(1));
    const log = `${member.keys.logs(key(1))}${G}`;
    await member.log.append(key(1), G, '0');
    let { last } = await member.log.read(key(1), G, '0-0', 1);
    const head = (await redis.admin.hget(member.keys.session(key(1)), `h:${G}`))!;
    const first = last;
    for (let n = 0; n < 400; n++) last = (await redis.admin.xadd(log, '*', 'p', last, 't', '2', 'b', 'binary'))!;
    await redis.admin.hset(member.keys.session(key(1)), `h:${G}`, head.replace(first, last));
    for (const text of ['1', '2']) await member.log.append(key(1), G, text);
    const { recorder, close } = follow(member, key(1), 60_000, '0-0');
    await recorder.until(() => recorder.delivered.includes('2'));
    expect([recorder.delivered, recorder.gaps.length]).toEqual([['0', '1', '2'], 1]);
    close();
    await member.close();
  });

  it.each(['', 'e', 'e2 g 1-0 0-0 0 {}', 'e g x y 0 text', '{"v":2}', 'c g many', '\u0000'])(
    'an unknown signal only makes the stream read its log: %j',
    async (signal) => {
      const member = await fleetMember({ redis: redis.url });
      await begin(member, key(1));
      const { recorder, reported, close } = follow(member, key(1), 60_000);
      await member.log.append(key(1), G, '0');
      await recorder.until(() => recorder.delivered.length === 1);
      await member.broker.publish(member.log.channel(key(1)), signal);
      await member.log.append(key(1), G, '1');
      await recorder.until(() => recorder.delivered.length === 2);
      expect([recorder.gaps, recorder.ends, reported, member.errors]).toEqual([[], [], [], []]);
      close();
      await member.close();
    },
  );
});

describe('F18 a rolling upgrade with two versions', () => {
  it(
    'P1 two versions side by side deliver each known message once and in order, and a gap for each run of unknown ones',
    timeouts,
    async () => {
      const options = { redis: redis.url, redisPrefix: newNamespace() };
      const [today, next] = await Promise.all([
        ChildInstance.start(options),
        ChildInstance.start({ ...options, preload: 'next-version' }),
      ]);
      const sessions = times(4, 50);
      let [silent, missing, signalled] = [0, 0, 0];
      for (let s = 0; s < sessions; s++) {
        const session = await LegacySession.open(s % 2 ? today.port : next.port);
        const stream = await session.at(today.port).get();
        await stream.frame(({ id }) => id !== undefined);
        // Runs of entries by either version, some longer than one page of the log.
        const runs = [3, 1, 5, 2, s % 4 === 0 ? 250 : 1, 4, 1, 1];
        for (const [i, length] of runs.entries()) {
          const by = i % 2 ? next : today;
          for (let n = 0; n < length; n++) await by.sendLog(session.id, `${i % 2 ? 'next' : 'today'} ${i} ${n}`);
        }
        await today.sendLog(session.id, 'last');
        await stream.message(({ params }) => params?.data === 'last', 10_000);
        const { lost, hidden, gaps } = judge(stream, runs);
        missing += lost;
        silent += hidden;
        signalled += gaps;
        await stream.close();
      }
      figure('F18', 'silent losses with two versions side by side', silent);
      figure('F18', 'gaps signalled with two versions side by side', signalled);
      expect([silent, missing, today.alive, next.alive, today.stderr, next.stderr]).toEqual([0, 0, true, true, '', '']);
      await Promise.all([today.kill(), next.kill()]);
    },
  );

  it(
    'P6 the response of a call on the newer version arrives on whichever version its client reconnects to',
    timeouts,
    async () => {
      const options = {
        redis: redis.url,
        redisPrefix: newNamespace(),
        streamAfterMs: 20,
      };
      const [today, next] = await Promise.all([
        ChildInstance.start(options),
        ChildInstance.start({ ...options, preload: 'next-version' }),
      ]);
      for (let i = 0; i < times(3, 30); i++) {
        const session = await LegacySession.open(today.port);
        const stream = await session.at(next.port).stream('work', { ms: 300 }, 'call');
        await stream.frame(({ id }) => id !== undefined);
        await stream.close();
        const back = await session.get(stream.lastEventId);
        await back.end(10_000);
        expect(back.messages.at(-1)).toMatchObject({
          id: 'call',
          result: { content: [{ type: 'text' }] },
        });
      }
      await Promise.all([today.kill(), next.kill()]);
    },
  );

  /** `lost` counts missing messages of this version, `hidden` missing runs of the other version without a gap. */
  function judge({ frames }: SseClient, runs: readonly number[]) {
    const order: (string | undefined)[] = [];
    for (const { comment, id, data } of frames) {
      if (comment === 'gap') order.push(undefined);
      // Without an id it repeats what the gap may have lost.
      if (id !== undefined && data) order.push((JSON.parse(data) as { params: { data: string } }).params.data);
    }
    const texts = order.filter((text) => text !== undefined);
    const known = [...runs.entries()].flatMap(([i, length]) =>
      i % 2 ? [] : Array.from({ length }, (_, n) => `today ${i} ${n}`),
    );
    expect(texts.filter((text, i) => texts.indexOf(text) !== i)).toEqual([]);
    const lost = known.filter((text) => !texts.includes(text)).length;
    expect(texts.filter((text) => known.includes(text))).toEqual(known.filter((text) => texts.includes(text)));
    const hidden = [...runs.keys()].filter((i) => {
      const after = order.findIndex(
        (text) => text !== undefined && (text === 'last' || Number(text.split(' ')[1]) > i),
      );
      return i % 2 === 1 && order[after - 1] !== undefined;
    }).length;
    return { lost, hidden, gaps: order.length - texts.length };
  }
});
