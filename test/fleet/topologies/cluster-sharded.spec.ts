import { setTimeout as pause } from 'node:timers/promises';
import { Cluster } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis-5';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { RedisOption } from '../../../lib/redis/connection/redis-option.js';
import { fleetApp, type FleetApp } from '../../fixtures/applications/fleet-app.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import {
  expectOneServer,
  gapsOf,
  hasData,
  log,
  logDataOf,
  openStandaloneStream,
} from '../../fixtures/fleet/expect-one-server.js';
import { newNamespace } from '../../fixtures/fleet/redis-fleet.js';
import { figure, times } from '../../fixtures/measurements/figures.js';
import { RedisNodes } from '../../fixtures/redis/redis-cluster.js';
import type { RedisServer } from '../../fixtures/redis/redis-server.js';
import { documentedRule } from './documented-rule.js';

const PATIENCE_MS = 15_000;
/** A user who may do what a fleet needs, but nothing with sharded channels. */
const CLASSIC = { username: 'classic', password: documentedRule.password };

let redis: RedisNodes;
beforeAll(async () => {
  redis = await RedisNodes.start();
  const [, , ...rule] = documentedRule.words;
  await redis.all('ACL', 'SETUSER', 'classic', ...rule, '~*', '&*', '+cluster|slots', '+cluster|info');
});
afterAll(() => redis.dispose());

async function fleetOn(redisOption: RedisOption, count = 2): Promise<FleetApp[]> {
  const options = { redis: redisOption, redisPrefix: newNamespace(), redisWaitMs: 1000 };
  const apps = await Promise.all(Array.from({ length: count }, () => fleetApp(options)));
  onTestFinished(async () => {
    for (const app of apps) await app.close();
  });
  return apps;
}

const nodes = (): RedisOption => ({ nodes: redis.addresses });
const classic = (): RedisOption => ({ nodes: redis.addresses, options: { redisOptions: CLASSIC } });

/** How many messages the nodes have copied to each other. */
async function copies(): Promise<number> {
  const infos = (await redis.all('CLUSTER', 'INFO')) as string[];
  return infos.reduce((sum, info) => sum + Number(/cluster_stats_messages_publish_sent:(\d+)/.exec(info)?.[1] ?? 0), 0);
}

describe('sharded channels of a cluster', () => {
  const MESSAGES = 100;

  /** Sends messages to sessions of all nodes, and counts what the nodes copied meanwhile. */
  async function copiedFor([a, b]: readonly FleetApp[]): Promise<{ copied: number; outcomes: Set<unknown> }> {
    const sessions = await Promise.all(Array.from({ length: 10 }, () => LegacySession.open(a!.port)));
    const streams = await Promise.all(sessions.map((session) => openStandaloneStream(session.at(b!.port))));
    const before = await copies();
    const outcomes = new Set<unknown>();
    for (let i = 0; i < MESSAGES; i++) {
      outcomes.add(await a!.mcp.sendToSession(sessions[i % sessions.length]!.id, log(i)));
    }
    for (const [i, stream] of streams.entries()) {
      await stream.message(hasData(MESSAGES - sessions.length + i), PATIENCE_MS);
    }
    const copied = (await copies()) - before;
    for (const stream of streams) await stream.close();
    return { copied, outcomes };
  }

  it('a message of a session reaches the node of its keys only, and its sender knows that it was delivered', async () => {
    const { copied, outcomes } = await copiedFor(await fleetOn(nodes()));
    // The probes of the instances are copied.
    expect(copied).toBeLessThan(MESSAGES / 5);
    expect([...outcomes]).toEqual(['delivered']);
  });

  it('a session that was ended at one instance is refused at another one as soon as it hears of it, on a cluster too', async () => {
    const [a, b] = await fleetOn(nodes());
    for (let i = 0; i < 20; i++) {
      const session = await LegacySession.open(a!.port);
      const elsewhere = session.at(b!.port);
      for (const one of [session, elsewhere]) expect((await one.request('ping')).result).toEqual({});
      expect((await elsewhere.end()).status).toBe(204);
      // A call may overtake the message. Who is not told knows a session until the heartbeat, which comes after this deadline.
      const status = () => session.post(session.message('ping')).then((reply) => reply.status);
      await expect.poll(status, { timeout: 1000 }).toBe(404);
    }
  });

  it('a cluster that refuses sharded channels copies each message to all nodes, and the fleet is one server', async () => {
    const [a, b] = await fleetOn(classic());
    const { copied } = await copiedFor([a!, b!]);
    // Valkey 8 does not count them.
    const isValkey = (await redis.servers[0]!.admin.info('server')).includes('valkey_version');
    if (!isValkey) expect(copied).toBeGreaterThanOrEqual(MESSAGES * 2);
    await expectOneServer(a!, b!, ['delivered', 'stored']);
    const told = 'refuses sharded channels (NOPERM)';
    // Nest has one logger in a process.
    const warnings = [a!, b!].flatMap(({ logs }) => logs.warnings);
    expect(warnings.filter((line) => line.includes(told))).toHaveLength(2);
  });
});

/** Sends numbers to a session until it is stopped, and waits for the outcome of each. */
function produce(app: FleetApp, session: LegacySession) {
  const acked: number[] = [];
  let [running, slowestMs] = [true, 0];
  const done = (async () => {
    for (let n = 0; running; n++) {
      const begun = performance.now();
      const outcome = await app.mcp.sendToSession(session.id, log(n)).catch(() => undefined);
      slowestMs = Math.max(slowestMs, performance.now() - begun);
      if (outcome !== undefined) acked.push(n);
      await pause(2);
    }
  })();
  const stop = async () => {
    running = false;
    await done;
    return { acked, slowestMs };
  };
  return { acked, stop };
}

describe('a slot that moves to another master', () => {
  const clients: [name: string, option: () => RedisOption][] = [
    ['ioredis 6', () => clientOf(Cluster)],
    ['ioredis 5', () => clientOf(Cluster5)],
    ['a cluster that refuses sharded channels', classic],
  ];
  function clientOf(Client: typeof Cluster | typeof Cluster5): RedisOption {
    const own = new Client(redis.addresses);
    onTestFinished(() => own.disconnect());
    return own as RedisOption;
  }

  it.each(clients)(
    'P2 loses, repeats and reorders nothing while messages are sent and clients call, with %s',
    { timeout: times(40_000, 400_000) },
    async (name, option) => {
      const [a, b] = await fleetOn(option());
      const session = await LegacySession.open(a!.port);
      const stream = await openStandaloneStream(session.at(b!.port));
      const key = `{anon:${session.id}}`;
      const slot = await redis.slotOf(key);
      const from = await redis.of(key);
      const to = redis.servers.find((server) => server !== from)!;
      const producer = produce(a!, session);
      await expect.poll(() => producer.acked.length).toBeGreaterThan(20);
      const statuses = new Set<number>();
      const call = async (): Promise<void> => {
        const { status } = await session
          .at(b!.port)
          .post(session.message('tools/call', { name: 'total', arguments: {} }));
        statuses.add(status);
      };
      const halfway = async (): Promise<void> => {
        for (let i = 0; i < 10; i++) await call().then(() => pause(20));
      };
      const begun = performance.now();
      const rounds = times(1, 21);
      for (let round = 0; round < rounds; round++) {
        const [source, target] = round % 2 === 0 ? [from, to] : [to, from];
        await redis.moveSlot(slot, source, target, halfway);
        const moved = producer.acked.length;
        await expect.poll(() => producer.acked.length, { timeout: PATIENCE_MS }).toBeGreaterThan(moved + 20);
        await call();
      }
      const { acked, slowestMs } = await producer.stop();
      await stream.message(hasData(acked.at(-1)), PATIENCE_MS);
      const tookMs = performance.now() - begun;
      expect(logDataOf(stream).filter((n) => acked.includes(n as number))).toEqual(acked);
      expect(new Set(logDataOf(stream)).size).toBe(logDataOf(stream).length);
      expect(gapsOf(stream)).toBe(0);
      // A call may have to wait until the slot has moved, and then be repeated.
      expect([...statuses].filter((status) => status !== 200 && status !== 503)).toEqual([]);
      expect(tookMs).toBeLessThan(PATIENCE_MS * rounds);
      figure('P2', `slowest message while a slot moves, ${name}`, slowestMs, 'ms');
      if (name.startsWith('ioredis')) {
        await expect
          .poll(() => a!.mcp.sendToSession(session.id, log('after')), { timeout: PATIENCE_MS })
          .toBe('delivered');
      }
      await stream.close();
      await redis.moveSlot(slot, to, from);
    },
  );
});

describe('a master that is lost and has a replica', () => {
  it('P2 its sessions go on at the replica, whose messages reach them, and those of other masters never wait', async () => {
    const victim: RedisServer = redis.servers[0]!;
    await redis.addReplicaOf(victim);
    const [a, b] = await fleetOn(nodes());
    const opened = await Promise.all(Array.from({ length: 12 }, () => LegacySession.open(a!.port)));
    const sessions = await Promise.all(
      opened.map(async (session) => ({
        session,
        stream: await openStandaloneStream(session.at(b!.port)),
        nodes: await Promise.all([`{anon:${session.id}}`, `{id:${session.id}}`].map((key) => redis.of(key))),
      })),
    );
    const [affected, others] = [true, false].map((own) => sessions.filter((one) => one.nodes.includes(victim) === own));
    expect([affected!.length, others!.length].every((count) => count > 0)).toBe(true);
    const failed = (error: unknown): string => `failed: ${String(error)}`;
    const sendAll = (some: typeof sessions, data: string) =>
      Promise.all(some.map(({ session }) => a!.mcp.sendToSession(session.id, log(data)).catch(failed)));
    await sendAll(sessions, 'before');
    for (const { stream } of sessions) await stream.message(hasData('before'), PATIENCE_MS);
    await victim.admin.call('WAIT', 1, 2000);
    const killedAt = performance.now();
    await victim.kill();
    await sendAll(others!, 'meanwhile');
    for (const { stream } of others!) await stream.message(hasData('meanwhile'), 2000);
    const failures = async () => (await sendAll(affected!, 'after')).filter((outcome) => outcome.startsWith('failed'));
    await expect.poll(failures, { timeout: PATIENCE_MS }).toEqual([]);
    for (const { stream } of affected!) await stream.message(hasData('after'), PATIENCE_MS);
    figure('P2', 'sessions of a lost master go on at its replica after', performance.now() - killedAt, 'ms');
    for (const { stream } of sessions) {
      expect(gapsOf(stream)).toBe(0);
      await stream.close();
    }
  });
});
