import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STANDALONE_STREAM, STREAM_START } from '../../lib/stream/event-log.js';
import { openStream, type StreamOpening } from '../../lib/stream/stream-reader.js';
import { ClaimMonitor } from '../fixtures/fleet/claim-monitor.js';
import { figure, percentile, times } from '../fixtures/measurements/figures.js';
import { fleetApp, type FleetApp } from '../fixtures/applications/fleet-app.js';
import { StreamRecorder } from '../fixtures/fleet/stream-recorder.js';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { fleetMember, type FleetMember, newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { cutAndResubscribe } from '../fixtures/fleet/cut-and-resubscribe.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';
import type { SseClient } from '../fixtures/clients/sse-client.js';
import { TcpProxy } from '../fixtures/network/tcp-proxy.js';

const AT_ONCE = 10;
const ORDERS = ['at once', 'one after the other'] as const;
type Order = (typeof ORDERS)[number];
const MESSAGES = 12;
const numbers = Array.from({ length: MESSAGES }, (_, i) => i);
const START = `${STANDALONE_STREAM}_${STREAM_START}`;

let redis: RedisServer;
beforeAll(async () => void (redis = await RedisServer.start()));
afterAll(() => redis.dispose());

describe('P5, F12 one stream opened on two instances at once', () => {
  let a: FleetApp;
  let b: FleetApp;
  let monitor: ClaimMonitor;
  const redisPrefix = newNamespace();
  beforeAll(async () => {
    const options = { redis: redis.url, redisPrefix };
    [a, b] = await Promise.all([fleetApp(options), fleetApp(options, 'express')]);
    monitor = await ClaimMonitor.listen(redis.url, redisPrefix);
  });
  afterAll(async () => {
    monitor.close();
    await Promise.all([a.close(), b.close()]);
    expect([...a.logs.errors, ...b.logs.errors]).toEqual([]);
  });

  const dataOf = ({ messages }: SseClient) => messages.map(({ params }) => params!.data as number);
  const newTally = () => ({ repeats: 0, lost: 0, disorders: 0, ends: 0, overlaps: 0 });

  async function round(how: Order, tally: ReturnType<typeof newTally>, fenceMs: number[]): Promise<void> {
    const session = await LegacySession.open(a.port);
    const sending = (async () => {
      for (const i of numbers) await (i % 2 ? a : b).mcp.sendToSession(session.id, { level: 'error', data: i });
    })();
    const first = session.get(START);
    if (how === 'one after the other') await (await first).message(() => true, 15_000);
    const both = await Promise.all([first, session.at(b.port).get(START)]);
    const ended = both.map((stream) => stream.end(15_000).then(() => performance.now()));
    const [end, old] = await Promise.race(ended.map(async (at, i) => [await at, i] as const));
    await sending;
    const [loser, winner] = [both[old]!, both[1 - old]!];
    await winner.message(({ params }) => params?.data === MESSAGES - 1, 15_000);

    const claims = monitor.claims(session.id);
    expect(claims.map(({ fence }) => fence)).toEqual([1, 2]);
    expect(loser.frames.at(-1)).toMatchObject({ retry: expect.any(Number) });
    const newest = claims[1]!;
    fenceMs.push(Math.max(0, end - newest.at));
    const ids = loser.frames.filter(({ data }) => data).map(({ id }) => id!.split('_')[1]!);
    tally.overlaps += ids.filter((id) => !newest.before.has(id)).length;
    for (const stream of both) tally.repeats += dataOf(stream).length - new Set(dataOf(stream)).size;
    tally.lost += MESSAGES - new Set(dataOf(winner)).size;
    tally.disorders += dataOf(winner).filter((data, i) => data !== i).length;
    tally.ends++;
    await winner.close();
    await session.end();
  }

  const rounds = times(50, 1000);
  const results = new Map<Order, Promise<{ tally: ReturnType<typeof newTally>; fenceMs: number[] }>>();

  async function run(how: Order) {
    const tally = newTally();
    const fenceMs: number[] = [];
    for (let done = 0; done < rounds; done += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, () => round(how, tally, fenceMs)));
    }
    return { tally, fenceMs };
  }

  /** The rounds are run by whichever test needs them first, so that each test can run alone. */
  function resultOf(how: Order) {
    const result = results.get(how) ?? run(how);
    results.set(how, result);
    return result;
  }

  it.each(ORDERS)(
    'P5 of two connections opened %s on two instances the newest wins and gets each message once and in order',
    async (how) => {
      const { tally } = await resultOf(how);
      figure('P5', `overlap deliveries, opened ${how}`, tally.overlaps, 'messages');
      figure('F12', `streams opened twice ${how}`, tally.ends);
      expect(tally).toMatchObject({ lost: 0, disorders: 0, ends: rounds });
    },
    300_000,
  );

  it('P5 an outranked connection gets nothing after the claim of the newer one', async () => {
    const all: Awaited<ReturnType<typeof run>>[] = [];
    for (const how of ORDERS) all.push(await resultOf(how));
    const total = (name: keyof ReturnType<typeof newTally>) => all.reduce((sum, { tally }) => sum + tally[name], 0);
    const fenceMs = all.flatMap((result) => result.fenceMs);
    figure('P5', 'repeated within one connection', total('repeats'), 'messages');
    figure('P5', 'lost at takeover', total('lost'), 'messages');
    figure('P5', 'p99 from the claim to the end of the old connection', percentile(fenceMs, 0.99), 'ms');
    figure('P5', 'p50 from the claim to the end of the old connection', percentile(fenceMs, 0.5), 'ms');
    for (const { tally } of all) {
      expect(tally).toEqual({ repeats: 0, lost: 0, disorders: 0, ends: rounds, overlaps: 0 });
    }
  }, 600_000);
});

describe('P5 a claim whose signal is lost', () => {
  const ALICE = { principal: 'alice', id: 'session-1' };
  let line: TcpProxy;
  let unsignalled: FleetMember;
  let other: FleetMember;
  beforeAll(async () => {
    line = await TcpProxy.start(redis.port);
    const namespace = newNamespace();
    unsignalled = await fleetMember({ redis: redis.url, broker: line.url, namespace, probeMs: 1_000_000 });
    other = await fleetMember({ redis: redis.url, namespace });
    await unsignalled.store.create({ ...ALICE, revision: '2025-11-25', clientCapabilities: {}, initialized: true });
  });
  afterAll(async () => {
    await Promise.all([unsignalled.close(), other.close()]);
    await line.close();
  });

  function follow({ log, broker }: FleetMember, more: Partial<StreamOpening> = {}) {
    const recorder = new StreamRecorder();
    const from = { session: ALICE, stream: STANDALONE_STREAM, cursor: STREAM_START };
    const opening = { log, broker, ...from, report: () => undefined, ...more };
    const subscription = openStream(opening).subscribe(recorder.listener);
    return { recorder, close: () => subscription.unsubscribe() };
  }

  it('P5 a claim whose signal was lost is detected within the self-check interval', async () => {
    const selfCheckMs = 300;
    const spent: number[] = [];
    for (let i = 0; i < times(5, 50); i++) {
      const old = follow(unsignalled, { selfCheckMs });
      await other.log.append(ALICE, STANDALONE_STREAM, `${i}`);
      await old.recorder.until(() => old.recorder.delivered.includes(`${i}`));
      line.dropReplies();
      const since = performance.now();
      const next = follow(other);
      await old.recorder.until(() => old.recorder.ends.length > 0);
      spent.push(performance.now() - since);
      expect(old.recorder.ends).toEqual([{ kind: 'end', reason: 'fenced' }]);
      await other.log.append(ALICE, STANDALONE_STREAM, `after ${i}`);
      await next.recorder.until(() => next.recorder.delivered.includes(`after ${i}`));
      expect(old.recorder.delivered).not.toContain(`after ${i}`);
      next.close();
      await cutAndResubscribe(unsignalled.broker, line);
    }
    figure('P5', `p99 of a fence without its signal, self-check ${selfCheckMs} ms`, percentile(spent, 0.99), 'ms');
  }, 60_000);

  it('P5 control: without fence numbers both connections get every message', async () => {
    const { log } = other;
    const unfenced = {
      channel: log.channel.bind(log),
      claim: async () => 0,
      release: async () => undefined,
      read: async (...args: Parameters<typeof log.read>) => ({ ...(await log.read(...args)), fence: 0 }),
    } as unknown as StreamOpening['log'];
    const both = [follow(unsignalled, { log: unfenced }), follow(other, { log: unfenced })];
    await log.append(ALICE, STANDALONE_STREAM, 'twice');
    await Promise.all(both.map(({ recorder }) => recorder.until(() => recorder.delivered.includes('twice'))));
    expect(both.flatMap(({ recorder }) => recorder.ends)).toEqual([]);
    for (const { close } of both) close();
  });
});
