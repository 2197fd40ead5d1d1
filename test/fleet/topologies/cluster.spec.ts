import { Cluster } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis-5';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { figure, times } from '../../fixtures/measurements/figures.js';
import { fleetApp, type FleetApp } from '../../fixtures/applications/fleet-app.js';
import { initializeRequest, LegacySession } from '../../fixtures/clients/legacy-session.js';
import {
  expectOneServer,
  gapsOf,
  openStandaloneStream,
  log,
  logDataOf,
  hasData,
} from '../../fixtures/fleet/expect-one-server.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { fleetMember } from '../../fixtures/fleet/redis-fleet.js';
import { RedisNodes } from '../../fixtures/redis/redis-cluster.js';
import type { RedisServer } from '../../fixtures/redis/redis-server.js';
import { RedisProbe } from '../../../lib/redis/connection/redis-probe.js';
import type { RedisOption } from '../../../lib/redis/connection/redis-option.js';
import { documentedRule } from './documented-rule.js';

const PATIENCE_MS = 15_000;
/** A node counts only its own subscribers, so a delivered message may be reported as stored. */
const COUNTED = ['delivered', 'stored'];

let redis: RedisNodes;
beforeAll(async () => void (redis = await RedisNodes.start()));
afterAll(() => redis.dispose());

describe('a fleet on a cluster of three masters', () => {
  const user = { username: 'mcp', password: documentedRule.password };
  const forms: [name: string, make: () => { option: RedisOption; own?: { disconnect(): void } }][] = [
    ['nodes', () => ({ option: { nodes: redis.addresses } })],
    [
      'nodes and the user of the documentation',
      () => ({ option: { nodes: redis.addresses, options: { redisOptions: user } } }),
    ],
    ...[Cluster, Cluster5].map((Client, i): (typeof forms)[number] => [
      `a client of ioredis ${6 - i} with that user`,
      () => {
        const own = new Client(redis.addresses.slice(0, 1), { redisOptions: user, scaleReads: 'slave' });
        return { option: own, own };
      },
    ]),
    [
      'a client that does not connect by itself',
      () => {
        const own = new Cluster(redis.addresses, { lazyConnect: true });
        return { option: own, own };
      },
    ],
  ];
  beforeAll(() => redis.all('ACL', ...documentedRule.words, ...documentedRule.onCluster));

  it.each(forms)('two instances on a cluster act as one server when it is given as %s', async (name, make) => {
    const { option, own } = make();
    const options = { redis: option, redisPrefix: name.includes('user') ? 'mcp' : 'open' };
    const [a, b] = await Promise.all([fleetApp(options), fleetApp(options)]);
    await expectOneServer(a, b, COUNTED);
    await Promise.all([a.close(), b.close()]);
    expect([...a.logs.errors, ...b.logs.errors]).toEqual([]);
    own?.disconnect();
    for (const refused of await redis.all('ACL', 'LOG')) expect(refused).toEqual([]);
  });
});

describe('the memory of a cluster', () => {
  it('the memory of a cluster is that of all its masters', async () => {
    const { store, commands, keys, close } = await fleetMember({ redis: { nodes: redis.addresses } });
    const sessions = 30;
    for (let i = 0; i < sessions; i++) {
      await store.create({
        ...{ principal: `p${i}`, id: `s${i}`, revision: '2025-11-25' as const },
        ...{ clientCapabilities: {}, initialized: true },
      });
    }
    const own = (await redis.all('KEYS', `${keys.namespace}:{*}:s`)) as string[][];
    expect(own.filter(({ length }) => length > 0).length).toBe(redis.servers.length);
    const sample = await new RedisProbe(commands, keys.namespace).sample();
    expect(sample).toMatchObject({ complete: true, maxBytes: 0, commandsPerSecond: expect.any(Number) });
    const [measured] = sample.families.filter(({ family }) => family === 'sessions');
    expect(measured).toMatchObject({ keys: sessions });
    expect(measured!.measured).toBeGreaterThan(redis.servers.length);
    expect(measured!.bytes).toBeGreaterThanOrEqual(measured!.largestBytes);
    const infos = (await redis.all('INFO', 'memory')) as string[];
    const used = infos.map((info) => Number(/used_memory:(\d+)/.exec(info)?.[1]));
    expect(sample.usedBytes).toBeGreaterThan(Math.max(...used));
    await close();
  });
});

describe('a lost cluster node', () => {
  it('P2, P3 after the loss of a cluster node its sessions wait, all others continue and no client misses a message', async () => {
    const options = { redis: { nodes: redis.addresses }, redisPrefix: 'lost', redisWaitMs: 500 };
    const [a, b] = await Promise.all([fleetApp(options), fleetApp(options)]);
    const opened = await Promise.all(Array.from({ length: times(24, 120) }, () => LegacySession.open(a.port)));
    const sessions = await Promise.all(
      opened.map(async (session) => {
        // The node of the session and the node of its id.
        const nodes = await Promise.all([redis.of(`{anon:${session.id}}`), redis.of(`{id:${session.id}}`)]);
        return { session, nodes, acked: [] as string[], stream: await openStandaloneStream(session.at(b.port)) };
      }),
    );
    for (const server of redis.servers) expect(sessions.some(({ nodes: [node] }) => node === server)).toBe(true);
    const sendTo = (some: typeof sessions, data: string) =>
      Promise.all(
        some.map(async ({ session, acked }) => {
          await a.mcp.sendToSession(session.id, log(data)).then(
            () => acked.push(data),
            () => undefined,
          );
        }),
      );
    const receivedBy = (some: typeof sessions, data: string) =>
      Promise.all(some.map(({ stream }) => stream.message(hasData(data), PATIENCE_MS)));
    await sendTo(sessions, 'one');
    await receivedBy(sessions, 'one');

    const victim = await subscribedNodeOf(b);
    const [waiting, others] = [true, false].map((own) =>
      sessions.filter(({ nodes }) => nodes.includes(victim) === own),
    );
    const affectedSession = waiting!.find(({ nodes: [node] }) => node === victim)!.session;
    const since = performance.now();
    await victim.kill();
    const late = sendTo(waiting!, 'two');
    await sendTo(others!, 'two');
    await receivedBy(others!, 'two');
    figure('P2', 'streams of the other nodes go on after a node is killed', performance.now() - since, 'ms');
    expect(others!.every(({ acked }) => acked.length === 2)).toBe(true);
    for (const { port } of [a, b]) {
      const ping = () => affectedSession.at(port).post(affectedSession.message('ping'));
      // An instance that is subscribed at another node is still told of ends, so it knows the session for a moment longer.
      const answer = () => ping().then(({ status, headers }) => [status, headers['retry-after']]);
      await expect.poll(answer, { timeout: PATIENCE_MS }).toEqual([503, '2']);
    }

    await victim.start();
    const back = performance.now();
    await late;
    await expect
      .poll(() => sendTo(waiting!, 'three').then(() => waiting!.every(({ acked }) => acked.includes('three'))), {
        timeout: PATIENCE_MS,
      })
      .toBe(true);
    await receivedBy(waiting!, 'three');
    figure('P2', 'streams of the killed node go on after its start', performance.now() - back, 'ms');
    for (const { stream, acked } of sessions) {
      const received = logDataOf(stream).filter((data) => data !== 'two' || acked.includes('two'));
      expect([[...new Set(received)], gapsOf(stream)]).toEqual([[...new Set(acked)], 0]);
      await stream.close();
    }
    await Promise.all([a.close(), b.close()]);
    const errors = [...a.logs.errors, ...b.logs.errors];
    expect(errors.filter((line) => !line.includes('BackendUnavailableError'))).toEqual([]);
  });

  it('P9 after the loss of all cluster nodes requests get 503, and every client recovers', async () => {
    const options = { redis: { nodes: redis.addresses }, redisPrefix: 'unreachable', redisWaitMs: 300 };
    const [a, b] = await Promise.all([fleetApp(options), fleetApp(options)]);
    const session = await LegacySession.open(a.port);
    const stream = await openStandaloneStream(session.at(b.port));
    await Promise.all(redis.servers.map((server) => server.kill()));
    for (const { port } of [a, b]) expect((await send(port, initializeRequest())).status).toBe(503);
    await Promise.all(redis.servers.map((server) => server.start()));
    const begin = (port: number) => send(port, initializeRequest()).then(({ status }) => status);
    for (const { port } of [a, b]) await expect.poll(() => begin(port), { timeout: PATIENCE_MS }).toBe(200);
    await a.mcp.sendToSession(session.id, log('after'));
    await stream.message(hasData('after'), PATIENCE_MS);
    await expectOneServer(a, b, COUNTED);
    await stream.close();
    await Promise.all([a.close(), b.close()]);
  });
});

/** The node that an instance is subscribed at. */
async function subscribedNodeOf(app: FleetApp): Promise<RedisServer> {
  const channel = `earOf-${app.port}`;
  const subscription = await app.broker.subscribe(channel, () => undefined);
  const counts = await redis.all('PUBSUB', 'NUMSUB', `lost:default:${channel}`);
  await subscription.close();
  return redis.servers[counts.findIndex((reply) => (reply as [string, number])[1] === 1)]!;
}
