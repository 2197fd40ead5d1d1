import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoredBytes } from '../../lib/limits/stored-bytes.js';
import { MemoryEventLog } from '../../lib/memory/memory-event-log.js';
import { MemoryMessageBroker } from '../../lib/memory/memory-message-broker.js';
import { MemorySessionStore } from '../../lib/memory/memory-session-store.js';
import { MemoryTaskStore } from '../../lib/memory/memory-task-store.js';
import { RedisTaskStore } from '../../lib/redis/task/redis-task-store.js';
import type { SessionStore } from '../../lib/session/session-store.js';
import type { EventLog } from '../../lib/stream/event-log.js';
import type { TaskStore } from '../../lib/task/task-store.js';
import { sessionRecord } from '../../lib/testing/contracts/session-records.js';
import { TASK_LEASE, taskSpec } from '../../lib/testing/contracts/task-store.fixture.js';
import { fleetMember } from '../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';

interface Stores {
  readonly store: SessionStore;
  readonly log: EventLog;
  readonly tasks: TaskStore;
  /** Bytes stored, once everything is counted. */
  readonly held: () => Promise<number>;
  readonly close: () => Promise<void>;
}

const LIMITS = { totalBytes: 250_000, shareBytes: 100_000 };

function inMemory(): Stores {
  const stored = new StoredBytes(LIMITS);
  const store = new MemorySessionStore({ stored });
  const log = new MemoryEventLog({ broker: new MemoryMessageBroker({ onError: () => {} }), sessions: store, stored });
  const tasks = new MemoryTaskStore({ stored });
  const close = async (): Promise<void> => [store, log, tasks].forEach((part) => part.close());
  return { store, log, tasks, held: async () => stored.held, close };
}

let redis: RedisServer;
beforeAll(async () => void (redis = await RedisServer.start()));
afterAll(() => redis.dispose());

async function onRedis(): Promise<Stores> {
  const { store, log, stored, commands, keys, close } = await fleetMember({ redis: redis.url, ...LIMITS });
  const tasks = new RedisTaskStore({ commands, keys, stored, maxTasks: 100 });
  const held = async (): Promise<number> => {
    await stored.settle();
    return stored.held;
  };
  return { store, log, tasks, held, close };
}

const session = (id: string, client: string, bytes: number) => ({
  ...sessionRecord(id, 'anon'),
  client,
  clientInfo: { name: 'x'.repeat(bytes), version: '1' },
});
const refusal = (whose: 'share' | 'total') => ({
  name: 'StorageLimitError',
  whose,
  status: whose === 'share' ? 429 : 503,
});

describe.each([
  ['in memory', inMemory],
  ['on Redis', onRedis],
])('what is stored %s', (_name, create) => {
  it('has a share for each client, and room again when a session has ended', async () => {
    const { store, held, close } = await create();
    for (const id of ['1', '2']) await store.create(session(id, 'a', 45_000));
    await expect(store.create(session('3', 'a', 45_000))).rejects.toMatchObject(refusal('share'));
    await store.create(session('4', 'b', 45_000));
    await store.end(session('1', 'a', 0));
    expect(await held()).toBeLessThan(100_000);
    await store.create(session('3', 'a', 45_000));
    for (const id of ['2', '3', '4']) await store.end(session(id, 'a', 0));
    expect(await held()).toBe(0);
    await close();
  });

  it('has a total for all clients', async () => {
    const { store, close } = await create();
    for (const client of ['a', 'b', 'c', 'd', 'e']) await store.create(session(client, client, 45_000));
    await expect(store.create(session('f', 'f', 45_000))).rejects.toMatchObject(refusal('total'));
    await close();
  });

  it('counts sessions, histories and tasks together, and forgets finished streams first', async () => {
    const { store, log, tasks, close } = await create();
    const own = session('1', 'alice', 1000);
    await store.create({ ...own, principal: 'alice' });
    const key = { principal: 'alice', id: '1' };
    const spec = (id: string) => ({ ...taskSpec(id), principal: 'alice', arguments: { text: 'x'.repeat(50_000) } });
    await tasks.create(spec('1'), TASK_LEASE);
    await log.append(key, 'r1', 'y'.repeat(20_000), { final: true });
    await store.create({ ...session('2', 'alice', 40_000), principal: 'alice' });
    expect(await log.read(key, 'r1', '0-0', 10)).toMatchObject({ known: false });
    await expect(tasks.create(spec('2'), TASK_LEASE)).rejects.toMatchObject(refusal('share'));
    await close();
  });

  it('lets a task end whatever is stored, and forgets its arguments then', async () => {
    const { tasks, held, close } = await create();
    const { principal, id } = await tasks.create(
      { ...taskSpec('1'), arguments: { text: 'x'.repeat(90_000) } },
      TASK_LEASE,
    );
    expect(await tasks.move({ principal, id }, ['working'], 'completed', { result: { content: [] } })).toMatchObject({
      moved: true,
    });
    expect(await held()).toBeLessThan(5000);
    await close();
  });
});
