import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionKey } from '../../lib/session/session-record.js';
import { decodeDoorbell } from '../../lib/stream/doorbell.js';
import { STANDING_STREAM, STREAM_START } from '../../lib/stream/event-log.js';
import { openStream } from '../../lib/stream/session-stream.js';
import { fsck } from '../fixtures/fsck.js';
import { FLAWLESS, Ledger } from '../fixtures/ledger.js';
import { fleetMember, type FleetMember, newNamespace } from '../fixtures/redis-fleet.js';
import { RedisServer } from '../fixtures/redis-server.js';
import { TcpProxy } from '../fixtures/tcp-proxy.js';

const G = STANDING_STREAM;
const ALICE: SessionKey = { principal: 'alice', id: 'session-1' };
const key = (i: number): SessionKey => ({ principal: 'alice', id: `session-${i}` });

let redis: RedisServer;
let admin: Redis;
beforeAll(async () => {
  redis = await RedisServer.start();
  admin = new Redis(redis.url);
});
afterAll(async () => {
  admin.disconnect();
  await redis.dispose();
});

const begin = ({ store }: FleetMember, session = ALICE) =>
  store.create({ ...session, revision: '2025-11-25', clientCapabilities: {}, initialized: true });

/** One connection that follows a stream, and what it got. */
function follow({ log, broker }: FleetMember, session = ALICE, selfCheckMs = 1000) {
  const ledger = new Ledger();
  const reported: unknown[] = [];
  const report = (error: unknown): void => void reported.push(error);
  const subscription = openStream({ log, broker, session, stream: G, selfCheckMs, report }).subscribe(ledger.listener);
  return { ledger, reported, close: () => subscription.unsubscribe() };
}

/** Says numbers on streams, one after the other on each, until told to stop. */
async function produce({ log }: FleetMember, ledgers: readonly Ledger[], count: number, everyMs = 1): Promise<void> {
  await Promise.all(
    ledgers.map(async (ledger, i) => {
      for (let n = 0; n < count; n++) {
        const outcome = await log.append(key(i + 1), G, `${n}`).catch(() => undefined);
        (outcome?.kind === 'appended' ? ledger.acked : ledger.unknown).push(`${n}`);
        if (n % 5 === 0) await pause(everyMs);
      }
    }),
  );
}

describe('P2 the subscriber is cut every 300 ms while messages come', () => {
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
    const ledgers = followed.map(({ ledger }) => ledger);
    await expect.poll(() => reader.broker.sizes.channels).toBe(STREAMS);
    const cutting = setInterval(() => proxy.cut(), 300);
    await produce(writer, ledgers, 600, 10);
    clearInterval(cutting);
    if (kind === 'recovering')
      await Promise.all(ledgers.map((l) => l.until(() => l.delivered.length >= l.acked.length)));
    else await pause(500);
    const sum = ledgers
      .map(({ verdict }) => verdict)
      .reduce((total, one) => ({
        lost: total.lost + one.lost,
        duplicated: total.duplicated + one.duplicated,
        reordered: total.reordered + one.reordered,
        gaps: total.gaps + one.gaps,
      }));
    const acked = ledgers.reduce((total, ledger) => total + ledger.acked.length, 0);
    for (const { close } of followed) close();
    const problems = await fsck(admin, namespace);
    await Promise.all([writer.close(), reader.close()]);
    await proxy.close();
    return { sum, acked, cuts: proxy.cuts, problems };
  }

  /** What a client gets that trusts PUB/SUB. */
  async function hearOnly(reader: FleetMember, session: SessionKey) {
    const ledger = new Ledger();
    const hold = await reader.broker.subscribe(reader.log.channel(session), (line) => {
      const bell = decodeDoorbell(line);
      if (bell?.kind === 'entry') ledger.listener({ kind: 'message', id: bell.id, data: bell.data!, final: false });
    });
    return { ledger, close: () => void hold.close() };
  }

  it('nothing is lost, duplicated or reordered, and no false gap is told', async () => {
    const { sum, acked, cuts, problems } = await run('recovering');
    process.stdout.write(`P2: ${acked} acked, ${cuts} connections cut, ${JSON.stringify(sum)}\n`);
    expect(sum).toEqual(FLAWLESS);
    expect(acked).toBe(20 * 600);
    expect(cuts).toBeGreaterThan(5);
    expect(problems).toEqual([]);
  });

  it('control: without reading the log messages are lost', async () => {
    const { sum, acked, cuts } = await run('naive');
    process.stdout.write(`P2 control: ${acked} acked, ${cuts} connections cut, ${JSON.stringify(sum)}\n`);
    expect(sum.lost).toBeGreaterThan(0);
  });
});

describe('F7, F8 a line that swallows everything without a word', () => {
  it.each(['deafen', 'freeze'] as const)('%s: the probe finds out, and nothing is lost', async (fault) => {
    const proxy = await TcpProxy.start(redis.port);
    const namespace = newNamespace();
    const writer = await fleetMember({ redis: redis.url, namespace });
    const reader = await fleetMember({ redis: redis.url, broker: proxy.url, namespace, probeMs: 200, waitMs: 300 });
    await begin(writer);
    // Too rare to help: what arrives, arrives because of the probe.
    const { ledger, close } = follow(reader, ALICE, 60_000);
    await produce(writer, [ledger], 10);
    await ledger.until(() => ledger.delivered.length === 10);
    expect(reader.broker.status).toBe('up');
    let interruptions = 0;
    reader.broker.onInterruption(() => void interruptions++);
    proxy[fault]();
    const since = performance.now();
    await writer.log.append(ALICE, G, '10');
    ledger.acked.push('10');
    if (fault === 'freeze') setTimeout(() => proxy.heal(), 1000).unref();
    await ledger.until(() => ledger.delivered.length === 11);
    process.stdout.write(`${fault}: found and repaired within ${Math.round(performance.now() - since)} ms\n`);
    expect(interruptions).toBeGreaterThan(0);
    expect(ledger.verdict).toEqual(FLAWLESS);
    close();
    await Promise.all([writer.close(), reader.close()]);
    await proxy.close();
  });

  it('control: without the probe it starves', async () => {
    const proxy = await TcpProxy.start(redis.port);
    const namespace = newNamespace();
    const writer = await fleetMember({ redis: redis.url, namespace });
    const reader = await fleetMember({ redis: redis.url, broker: proxy.url, namespace, probeMs: 1_000_000 });
    await begin(writer);
    const { ledger, close } = follow(reader, ALICE, 60_000);
    await produce(writer, [ledger], 10);
    await ledger.until(() => ledger.delivered.length === 10);
    proxy.deafen();
    await writer.log.append(ALICE, G, '10');
    await expect(ledger.until(() => ledger.delivered.length === 11, 1500)).rejects.toThrow('Never so');
    close();
    await Promise.all([writer.close(), reader.close()]);
    await proxy.close();
  });
});

describe('finding 5: appends survive a connection that is cut under them', () => {
  it('each is stored once, in order, and acknowledged', async () => {
    const proxy = await TcpProxy.start(redis.port);
    const namespace = newNamespace();
    const member = await fleetMember({ redis: proxy.url, broker: redis.url, namespace, maxHistory: 10_000 });
    await begin(member);
    const total = 4000;
    const cutting = setInterval(() => proxy.cut(), 60);
    const acked: string[] = [];
    const ids = new Set<string>();
    let next = 0;
    // Eight at a time, so that some are always on the wire when it is cut.
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
    const { entries } = await member.log.tail(ALICE, G, STREAM_START, 10_000);
    const stored = entries.map(({ data }) => Number(data));
    process.stdout.write(
      `finding 5: ${total} appends, ${proxy.cuts} connections cut under them, ${stored.length} kept\n`,
    );
    expect(proxy.cuts).toBeGreaterThan(10);
    expect(acked).toHaveLength(total);
    expect(ids.size).toBe(total);
    // Each once and in order, and nothing else.
    expect(stored).toEqual(Array.from({ length: total }, (_, i) => i));
    await member.close();
    await proxy.close();
  });
});

describe('F16 scripts are forgotten by the server', () => {
  it('without anybody noticing', async () => {
    const namespace = newNamespace();
    const member = await fleetMember({ redis: redis.url, namespace });
    await begin(member);
    const { ledger, reported, close } = follow(member);
    const flushing = setInterval(() => void admin.script('FLUSH'), 5);
    await produce(member, [ledger], 500);
    clearInterval(flushing);
    await ledger.until(() => ledger.delivered.length === 500);
    expect([ledger.verdict, ledger.unknown, reported]).toEqual([FLAWLESS, [], []]);
    close();
    await member.close();
  });
});

describe('finding 12: a subscriber that is cut or closed while it subscribes again', () => {
  it('raises nothing that nobody handles: it once ended a process', async () => {
    const unhandled: unknown[] = [];
    const listener = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', listener);
    const proxy = await TcpProxy.start(redis.port);
    for (const how of ['no answer', 'cut', 'closed'] as const) {
      const member = await fleetMember({ redis: redis.url, broker: proxy.url, waitMs: 300 });
      const heard: string[] = [];
      await member.broker.subscribe('c', (text) => heard.push(text));
      proxy.dieOf('subscribe');
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
        await expect.poll(() => heard).toEqual([how]);
        await member.close();
      }
    }
    await pause(50);
    process.off('unhandledRejection', listener);
    await proxy.close();
    expect(unhandled).toEqual([]);
  });
});
