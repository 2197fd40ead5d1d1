import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { taskApp } from '../e2e/tasks/task-app.js';
import { TaskClient } from '../e2e/tasks/task-client.js';
import { figure } from '../fixtures/measurements/figures.js';
import { newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';

const LEASE_MS = 1500;
const KEYS = ['x', 'y', 'z'];
/** How often each lease has to be renewed after the outage until the outage counts as over. */
const RENEWALS = 3;

it.each(['killed', 'frozen'] as const)(
  'F4, P13 an outage longer than the lease ends no task whose worker is alive (Redis %s)',
  { timeout: 60_000 },
  async (how) => {
    const redis = await RedisServer.start({ appendOnly: true });
    const redisPrefix = newNamespace();
    const options = { redis: redis.url, redisPrefix, taskLeaseMs: LEASE_MS, redisWaitMs: 300 };
    const [a, b] = await Promise.all([taskApp(options), taskApp(options)]);
    const [here, there] = [a, b].map(({ port }) => new TaskClient(port, { user: 'alice' })) as [TaskClient, TaskClient];
    const ids = await Promise.all(KEYS.map((key) => here.start('gated', { key })));
    for (const key of KEYS) await a.gate.reached(`waiting ${key}`);
    const tasks = await redis.admin.keys(`${redisPrefix}:*{task:*`);
    expect(tasks).toHaveLength(KEYS.length);
    const leases = () => Promise.all(tasks.map((task) => redis.admin.hget(task, 'l').then(Number)));
    const expiry = Math.max(...(await leases()));

    if (how === 'killed') await redis.kill();
    else redis.freeze();
    await pause(expiry + LEASE_MS / 2 - Date.now());
    if (how === 'killed') await redis.start();
    else redis.thaw();

    const statuses: string[] = [];
    const renewed = tasks.map(() => new Set<number>());
    const deadline = performance.now() + 20_000;
    while (renewed.some(({ size }) => size < RENEWALS)) {
      expect(performance.now(), 'the leases are not renewed').toBeLessThan(deadline);
      for (const [i, lease] of (await leases()).entries()) if (lease > expiry) renewed[i]!.add(lease);
      for (const id of ids) {
        const { result } = await there.get(id);
        if (result) statuses.push(result.status as string);
      }
    }
    expect(statuses.length).toBeGreaterThan(0);
    expect(new Set(statuses)).toEqual(new Set(['working']));
    for (const key of KEYS) a.gate.release(key);
    for (const id of ids) expect(await there.until(id, 'completed')).toMatchObject({ status: 'completed' });
    figure(
      'P13',
      `tasks of living workers that an outage (${how}) ended`,
      statuses.filter((s) => s !== 'working').length,
    );
    await Promise.all([a.close(), b.close()]);
    await redis.dispose();
  },
);
