import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionKey } from '../../lib/session/session-record.js';
import { decodeStreamSignals } from '../../lib/stream/stream-signal.js';
import { STANDALONE_STREAM, STREAM_START } from '../../lib/stream/event-log.js';
import { figure, times } from '../fixtures/measurements/figures.js';
import { begin, follow, key } from '../fixtures/fleet/stream-subscription.js';
import { fsck } from '../fixtures/fleet/fsck.js';
import { FLAWLESS, StreamRecorder } from '../fixtures/fleet/stream-recorder.js';
import { fleetMember, type FleetMember, newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';
import { TcpProxy } from '../fixtures/network/tcp-proxy.js';

const G = STANDALONE_STREAM;
const ALICE = key(1);

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(async () => {
  await redis.dispose();
});

/** Appends increasing numbers to each stream until it is stopped. */
async function produce(
  { log }: FleetMember,
  recorders: readonly StreamRecorder[],
  count: number,
  everyMs = 1,
): Promise<void> {
  await Promise.all(
    recorders.map(async (recorder, i) => {
      for (let n = 0; n < count; n++) {
        const outcome = await log.append(key(i + 1), G, `${n}`).catch(() => undefined);
        (outcome?.kind === 'appended' ? recorder.acked : recorder.unknown).push(`${n}`);
        if (n % 5 === 0) await pause(everyMs);
      }
    }),
  );
}

describe('P2 a subscriber that is cut every 300 ms', () => {
  const STREAMS = 20;

  async function run(kind: 'recovering' | 'naive') {
    const namespace = newNamespace();
    const proxy = await TcpProxy.start(redis.port);
    const writer = await fleetMember({ redis: redis.url, namespace });
    const reader = await fleetMember({ redis: redis.url, broker: proxy.url, namespace });
    for (let i = 1; i <= STREAMS; i++) await begin(writer, key(i));
    const followed =
      kind === 'recovering'
        ? Array.from({ length: STREAMS }, (_, i) => follow(reader, key(i + 1)))
        : await Promise.all(Array.from({ length: STREAMS }, (_, i) => hearOnly(reader, key(i + 1))));
    const recorders = followed.map(({ recorder }) => recorder);
    await expect.poll(() => reader.broker.sizes.channels).toBe(STREAMS);
    const cutting = setInterval(() => proxy.cut(), 300);
    await produce(writer, recorders, 600, 10);
    clearInterval(cutting);
    if (kind === 'recovering')
      await Promise.all(recorders.map((l) => l.until(() => l.delivered.length >= l.acked.length)));
    else await pause(500);
    const sum = recorders
      .map(({ flaws }) => flaws)
      .reduce((total, one) => ({
        lost: total.lost + one.lost,
        duplicated: total.duplicated + one.duplicated,
        reordered: total.reordered + one.reordered,
        gaps: total.gaps + one.gaps,
      }));
    const acked = recorders.reduce((total, recorder) => total + recorder.acked.length, 0);
    for (const { close } of followed) close();
    const problems = await fsck(redis.admin, namespace);
    await Promise.all([writer.close(), reader.close()]);
    await proxy.close();
    return { sum, acked, cuts: proxy.cuts, problems };
  }

  /** What a client receives that reads only PUB/SUB. */
  async function hearOnly(reader: FleetMember, session: SessionKey) {
    const recorder = new StreamRecorder();
    const hold = await reader.broker.subscribe(reader.log.channel(session), (message) => {
      for (const signal of decodeStreamSignals(message)) {
        if (signal?.kind === 'entry')
          recorder.listener({ kind: 'message', id: signal.id, data: signal.data!, final: false });
      }
    });
    return { recorder, close: () => void hold.close() };
  }

  it('P2 a subscriber that is cut every 300 ms gets each message once, in order and without a false gap', async () => {
    const { sum, acked, cuts, problems } = await run('recovering');
    figure('P2', 'messages acknowledged while the subscriber was cut', acked, 'messages');
    figure('P2', 'connections cut', cuts);
    figure(
      'P2',
      'lost, duplicated, reordered or falsely signalled',
      sum.lost + sum.duplicated + sum.reordered + sum.gaps,
    );
    expect(sum).toEqual(FLAWLESS);
    expect(acked).toBe(20 * 600);
    expect(cuts).toBeGreaterThan(5);
    expect(problems).toEqual([]);
  });

  it('P2 control: a subscriber that does not read the log loses messages when it is cut', async () => {
    const { sum, acked } = await run('naive');
    figure('P2', 'lost without reading the log (control)', (100 * sum.lost) / acked, '%');
    expect(sum.lost).toBeGreaterThan(0);
  });
});

describe('P2 finding 5: connections cut under appends', () => {
  it(
    'P2 finding 5: appends whose connection is cut are stored once, in order and acknowledged',
    { timeout: times(30_000, 60_000) },
    async () => {
      const proxy = await TcpProxy.start(redis.port);
      const namespace = newNamespace();
      const member = await fleetMember({ redis: proxy.url, broker: redis.url, namespace, maxHistory: 10_000 });
      await begin(member, ALICE);
      const total = times(2000, 4000);
      const cutting = setInterval(() => proxy.cut(), 60);
      const acked: string[] = [];
      const ids = new Set<string>();
      let next = 0;
      // Eight at a time, so that some are always in flight when the connection is cut.
      const work = async (): Promise<void> => {
        while (next < total) {
          const text = `${next++}`;
          const outcome = await member.log.append(ALICE, G, text);
          if (outcome.kind === 'appended') ids.add(outcome.id);
          acked.push(text);
          if (next % 50 === 0) await pause(20);
        }
      };
      await Promise.all(Array.from({ length: 8 }, work));
      clearInterval(cutting);
      const { entries } = await member.log.read(ALICE, G, STREAM_START, 10_000);
      const stored = entries.map(({ data }) => Number(data));
      figure('P2', 'appends under a connection that was cut', total, 'messages');
      figure('P2', 'connections cut under appends', proxy.cuts);
      figure('P2', 'appends lost or stored twice', Math.abs(total - stored.length));
      expect(proxy.cuts).toBeGreaterThan(10);
      expect(acked).toHaveLength(total);
      expect(ids.size).toBe(total);
      // Each message is stored once and in order, and nothing else.
      expect(stored).toEqual(Array.from({ length: total }, (_, i) => i));
      await member.close();
      await proxy.close();
    },
  );
});

describe('F16 scripts forgotten by the server', () => {
  it(
    'F16 scripts that the Redis server has forgotten are loaded again without an error',
    { timeout: times(20_000, 120_000) },
    async () => {
      const namespace = newNamespace();
      const member = await fleetMember({ redis: redis.url, namespace });
      await begin(member, ALICE);
      const { recorder, reported, close } = follow(member, ALICE);
      const total = times(500, 20_000);
      let flushes = 0;
      const flushing = setInterval(() => {
        flushes++;
        void redis.admin.script('FLUSH');
      }, 5);
      await produce(member, [recorder], total);
      clearInterval(flushing);
      await recorder.until(() => recorder.delivered.length === total);
      figure('F16', 'times the scripts were forgotten', flushes);
      figure('F16', 'errors', recorder.unknown.length + reported.length);
      expect([recorder.flaws, recorder.unknown, reported]).toEqual([FLAWLESS, [], []]);
      close();
      await member.close();
    },
  );
});

describe('finding 12: a subscriber that is cut while it resubscribes', () => {
  it('finding 12: a subscriber that is cut or closed while it resubscribes raises no unhandled rejection', async () => {
    const unhandled: unknown[] = [];
    const listener = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', listener);
    const proxy = await TcpProxy.start(redis.port);
    for (const how of ['no answer', 'cut', 'closed'] as const) {
      const member = await fleetMember({ redis: redis.url, broker: proxy.url, waitMs: 300 });
      const received: string[] = [];
      await member.broker.subscribe('c', (text) => received.push(text));
      proxy.freezeOn('subscribe');
      proxy.cut();
      // Connected again, and subscribing.
      await expect.poll(() => proxy.dead, { interval: 1 }).toBeGreaterThan(0);
      if (how === 'no answer') await pause(400);
      if (how === 'cut') proxy.cut();
      if (how === 'closed') await member.close();
      proxy.heal();
      if (how !== 'closed') {
        await expect.poll(() => member.broker.status, { timeout: 5000 }).toBe('up');
        await member.broker.publish('c', how);
        await expect.poll(() => received).toEqual([how]);
        await member.close();
      }
    }
    await pause(50);
    process.off('unhandledRejection', listener);
    await proxy.close();
    expect(unhandled).toEqual([]);
  });
});
