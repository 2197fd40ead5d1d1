import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RedisSessionStore } from '../../lib/redis/session/redis-session-store.js';
import { SessionLimitError } from '../../lib/session/session-store.js';
import type { SessionRecord } from '../../lib/session/session-record.js';
import { RedisEventLog } from '../../lib/redis/stream/redis-event-log.js';
import { InstanceHeartbeat } from '../../lib/redis/stream/instance-heartbeat.js';
import { type FleetMember, fleetMember } from '../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';

const record = (id: string, initialized = true): SessionRecord => ({
  principal: 'alice',
  id,
  revision: '2025-06-18',
  clientCapabilities: {},
  initialized,
});

describe('the connection of the stores', () => {
  let redis: RedisServer;
  let member: FleetMember;
  beforeAll(async () => {
    redis = await RedisServer.start();
    member = await fleetMember({ redis: redis.url });
  });
  afterAll(async () => {
    await member.close();
    await redis.dispose();
  });

  it('Redis reads commands that were sent in one turn of the event loop together, in their order', async () => {
    const reads = async (): Promise<number> =>
      Number(/total_reads_processed:(\d+)/.exec(await redis.admin.info('stats'))?.[1]);
    const send = (n: number) => member.commands.send<number>('rpush', 'list', `${n}`);
    await send(0);
    const before = await reads();
    const lengths = await Promise.all(Array.from({ length: 96 }, (_, n) => send(n + 1)));
    expect(lengths).toEqual(Array.from({ length: 96 }, (_, n) => n + 2));
    // Six batches of sixteen, and what the instance and this test ask meanwhile.
    expect((await reads()) - before).toBeLessThan(30);
  });

  it('the claim of a stream is written at once, as its client may already resume it elsewhere', async () => {
    const { client } = (member.commands as unknown as { connection: { client: { stream: Socket } } }).connection;
    await member.store.create(record('claims'));
    const sent = member.commands.send('ping');
    expect(client.stream.writableLength).toBeGreaterThan(0);
    const claimed = member.log.claim(record('claims'), 'r1');
    expect(client.stream.writableLength).toBe(0);
    expect([await sent, await claimed]).toEqual(['PONG', 1]);
  });
});

describe('a full session store on Redis', () => {
  let redis: RedisServer;
  let member: FleetMember;
  beforeAll(async () => void (redis = await RedisServer.start()));
  afterAll(() => redis.dispose());
  afterEach(() => member.close());

  async function storeOf(maxSessions: number): Promise<RedisSessionStore> {
    member = await fleetMember({ redis: redis.url });
    const { commands, keys } = member;
    return new RedisSessionStore({ commands, keys, idleTtlMs: 3_600_000, maxSessions });
  }
  const idsOf = async (store: RedisSessionStore): Promise<string[]> => {
    const ids: string[] = [];
    for await (const { id } of store.sessions()) ids.push(id);
    return ids.toSorted();
  };

  it('a full store on Redis ends the longest idle session, but none whose stream a connection of any instance holds', async () => {
    const store = await storeOf(3);
    const { commands, keys } = member;
    const limits = { maxHistory: 10, maxHistoryBytes: 1000, historyTtlMs: 1000, resultTtlMs: 1000 };
    const log = new RedisEventLog({
      commands,
      keys,
      heartbeat: new InstanceHeartbeat(commands, keys, 1000),
      ...limits,
    });
    for (const id of ['streaming', 'idle', 'used']) await store.create(record(id));
    await log.claim(record('streaming'), 'g');
    await store.create(record('new'));
    expect(await idsOf(store)).toEqual(['new', 'streaming', 'used']);
    for (const id of ['new', 'used']) store.hold(record(id));
    await expect(store.create(record('over'))).rejects.toThrow(SessionLimitError);
    for (const id of ['new', 'used']) store.release(record(id));
    await store.create(record('newer'));
    expect(await idsOf(store)).toEqual(['new', 'newer', 'streaming']);
    log.close();
  });

  it('a session on Redis lives two minutes until its first use, and then the whole idle time', async () => {
    const store = await storeOf(10);
    await store.create(record('fresh', false));
    const ttl = (): Promise<number> => member.commands.send<number>('pttl', member.keys.session(record('fresh')));
    expect(await ttl()).toBeLessThanOrEqual(120_000);
    await store.load(record('fresh'));
    expect(await ttl()).toBeGreaterThan(3_500_000);
    expect(await member.commands.send<number>('pttl', member.keys.owner('fresh'))).toBeGreaterThan(3_500_000);
  });
});

describe('a session whose key in Redis has another type', () => {
  it('a session key of another Redis type is an unknown session, and is reported', async () => {
    const redis = await RedisServer.start();
    const member = await fleetMember({ redis: redis.url });
    const { commands, keys } = member;
    const reported: unknown[] = [];
    const report = (error: unknown): void => void reported.push(error);
    const store = new RedisSessionStore({ commands, keys, idleTtlMs: 60_000, maxSessions: 10, report });
    await commands.send('set', keys.session(record('odd')), 'text');
    expect(await store.load(record('odd'))).toBeUndefined();
    expect(await store.peek(record('odd'))).toBeUndefined();
    expect(reported).toHaveLength(2);
    await member.close();
    await redis.dispose();
  });
});
