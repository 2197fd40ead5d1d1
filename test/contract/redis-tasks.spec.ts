import { Cluster } from 'ioredis';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RedisCommands } from '../../lib/redis/connection/redis-commands.js';
import type { RedisOption } from '../../lib/redis/connection/redis-option.js';
import { RedisTaskStore } from '../../lib/redis/task/redis-task-store.js';
import { taskStoreContract } from '../../lib/testing/index.js';
import type { Runner } from '../../lib/testing/contracts/runner.js';
import { ask, OPEN_STATES, taskSpec, TASK_LEASE } from '../../lib/testing/contracts/task-store.fixture.js';
import { type FleetMember, fleetMember, newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';

/** Sends each command twice, as a client does whose answers are lost with the connection. */
const twice = (commands: RedisCommands): RedisCommands => {
  const repeated = async (call: () => Promise<unknown>): Promise<unknown> => (await Promise.all([call(), call()]))[1];
  return {
    for: (owner: string) => twice(commands.for(owner)),
    send: (...args: Parameters<RedisCommands['send']>) => repeated(() => commands.send(...args)),
    run: (...args: Parameters<RedisCommands['run']>) => repeated(() => commands.run(...args)),
  } as RedisCommands;
};
const once = (commands: RedisCommands): RedisCommands => commands;

function contractOn(
  option: () => RedisOption,
  sending: (commands: RedisCommands) => RedisCommands,
  run: Runner['it'],
): void {
  taskStoreContract(
    { describe, it: run },
    {
      create: async ({ maxTasks }) => {
        const namespace = newNamespace();
        const members = await Promise.all([0, 1].map(() => fleetMember({ redis: option(), namespace })));
        const [store, peer] = members.map(
          ({ commands, keys }) => new RedisTaskStore({ commands: sending(commands), keys, maxTasks }),
        );
        const dispose = async () => {
          for (const { close } of members) await close();
        };
        // Redis has its own clock, so the tests have to wait for time to pass.
        return { store: store!, peer, advance: (ms) => pause(ms).then(() => undefined), dispose };
      },
    },
  );
}

describe('task store on Redis', () => {
  let server: RedisServer;
  beforeAll(async () => void (server = await RedisServer.start()));
  afterAll(() => server.dispose());

  // Concurrent, because these tests mostly wait for the clock of Redis.
  contractOn(() => server.url, once, it.concurrent);

  describe('RedisTaskStore', () => {
    let member: FleetMember;
    let store: RedisTaskStore;
    beforeEach(async () => {
      member = await fleetMember({ redis: server.url });
      store = new RedisTaskStore({ commands: member.commands, keys: member.keys, maxTasks: 100 });
    });
    afterEach(async () => {
      await member.close();
    });
    const names = () => server.admin.keys(`${member.keys.namespace}:*`);

    it('gives every key of a task a TTL that no change extends, and leaves no key behind', async () => {
      const [short, long] = [taskSpec('short', 'alice', { ttlMs: 300 }), taskSpec('long', 'alice', { ttlMs: 900 })];
      await store.create(long, TASK_LEASE);
      await store.create(short, TASK_LEASE);
      for (const order of [short, long]) {
        await store.move(order, OPEN_STATES, 'input_required', { inputRequests: { a: ask('A?') } });
        await store.answer(order, { a: { value: 1 } });
        await store.saveCheckpoint(order, 1, { steps: { one: { value: 1 } } });
        await store.renew(order, 1, 60_000);
        await store.move(order, OPEN_STATES, 'completed', { result: { content: [] } });
      }
      for (const name of await names()) {
        const ttl = await server.admin.pttl(name);
        expect(ttl, name).toBeGreaterThan(0);
        expect(ttl, name).toBeLessThanOrEqual(900);
      }
      await vi.waitFor(async () => expect(await store.load(short)).toBeUndefined(), { timeout: 2000 });
      // Whoever lists removes what has expired, which a key has a moment before its place on the list.
      const listed = async () => {
        expect(await store.list('alice', 10)).toHaveLength(1);
        expect(await server.admin.zrange(member.keys.tasksOf('alice')[0], '0', '-1')).toEqual(['long']);
      };
      await vi.waitFor(listed, { timeout: 2000 });
      await vi.waitFor(async () => expect(await names()).toEqual([]), { timeout: 2000 });
    });

    it('treats a key of another type as an unknown task, and reads the others', async () => {
      const [good, bad] = [taskSpec('good'), taskSpec('bad')];
      await store.create(good, TASK_LEASE);
      await server.admin.set(member.keys.task(bad), 'a text', 'PX', 60_000);
      expect(await store.load(bad)).toBeUndefined();
      expect(await store.move(bad, OPEN_STATES, 'cancelled', {})).toBeUndefined();
      expect(await store.answer(bad, { a: { value: 1 } })).toBeUndefined();
      const found: string[] = [];
      for await (const { id } of store.loadMany('alice', ['bad', 'good'])) found.push(id);
      expect(found).toEqual(['good']);
    });

    it('keeps the order of 200 long input requests of a task', async () => {
      const order = taskSpec('many');
      await store.create(order, TASK_LEASE);
      const asked = Array.from({ length: 200 }, (_, i) => `${'q'.repeat(70)}${(i * 7919) % 200}`);
      await store.move(order, OPEN_STATES, 'input_required', {
        inputRequests: Object.fromEntries(asked.slice(0, 100).map((name) => [name, ask(name)])),
      });
      for (const name of asked.slice(100)) {
        await store.move(order, OPEN_STATES, 'input_required', { inputRequests: { [name]: ask(name) } });
      }
      expect(Object.keys((await store.load(order))!.inputRequests)).toEqual(asked);
    });

    it('fills each page of a task list although some tasks were deleted early', async () => {
      for (let i = 0; i < 9; i++) await store.create(taskSpec(`${i}`), TASK_LEASE);
      for (const i of [0, 1, 2, 4]) await server.admin.del(member.keys.task(taskSpec(`${i}`)));
      const page = await store.list('alice', 4);
      expect(page.map(({ id }) => id)).toEqual(['3', '5', '6', '7']);
      expect((await store.list('alice', 4, page.at(-1))).map(({ id }) => id)).toEqual(['8']);
    });

    it('creates and moves a task after Redis has forgotten the scripts (F16)', async () => {
      await server.admin.script('FLUSH');
      const order = taskSpec('1');
      await store.create(order, TASK_LEASE);
      await server.admin.script('FLUSH');
      expect((await store.move(order, OPEN_STATES, 'completed'))?.moved).toBe(true);
    });

    it('treats a task record that is not valid JSON as an unknown task (SEC13)', async () => {
      const order = taskSpec('1');
      await server.admin.hset(member.keys.task(order), { s: 'working', o: 'no JSON' });
      expect(await store.load(order)).toBeUndefined();
      await server.admin.del(member.keys.task(order));
    });

    it('a repeated claim of a task returns its own fence, and none once another instance has claimed the task', async () => {
      const order = taskSpec('1');
      await store.create(order, 1);
      const sent: Parameters<RedisCommands['run']>[] = [];
      const recording = async (...call: Parameters<RedisCommands['run']>) => {
        sent.push(call);
        return member.commands.run(...call);
      };
      const recorded = { run: recording, for: () => recorded } as unknown as RedisCommands;
      const recorder = new RedisTaskStore({
        commands: recorded,
        keys: member.keys,
        maxTasks: 100,
      });
      await vi.waitFor(async () => expect((await recorder.claim(order, 0))?.fence).toBe(2));
      const call = sent.at(-1)!;
      expect(await member.commands.run(...call)).not.toBeNull();
      expect((await store.claim(order, 60_000))?.fence).toBe(3);
      expect(await member.commands.run(...call)).toBeNull();
    });
  });
});

// One node with all slots refuses commands that touch two slots, just as several nodes would.
describe('task store on a Redis Cluster with every command sent twice', () => {
  let server: RedisServer;
  let cluster: Cluster;
  beforeAll(async () => {
    server = await RedisServer.start({ cluster: true });
    await server.admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await vi.waitFor(async () => expect(await server.admin.cluster('INFO')).toContain('cluster_state:ok'), {
      timeout: 10_000,
    });
    cluster = new Cluster([{ host: '127.0.0.1', port: server.port }]);
  });
  afterAll(async () => {
    cluster.disconnect();
    await server.dispose();
  });

  contractOn(() => cluster, twice, it);
});
