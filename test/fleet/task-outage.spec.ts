import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { taskApp } from '../e2e/tasks/task-app.js';
import { TaskClient } from '../e2e/tasks/task-client.js';
import { figure } from '../fixtures/measurements/figures.js';
import { newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';

const LEASE_MS = 1500;

it.each(['killed', 'frozen'] as const)(
  'F4, P13 an outage longer than the lease ends no task whose worker is alive (Redis %s)',
  { timeout: 60_000 },
  async (how) => {
    const redis = await RedisServer.start({ appendOnly: true });
    const options = { redis: redis.url, redisPrefix: newNamespace(), taskLeaseMs: LEASE_MS, redisWaitMs: 300 };
    const [a, b] = await Promise.all([taskApp(options), taskApp(options)]);
    const [here, there] = [a, b].map(({ port }) => new TaskClient(port, { user: 'alice' })) as [TaskClient, TaskClient];
    const ids = await Promise.all(['x', 'y', 'z'].map((key) => here.start('gated', { key })));
    for (const key of ['x', 'y', 'z']) await a.gate.reached(`waiting ${key}`);

    if (how === 'killed') await redis.kill();
    else redis.freeze();
    await pause(LEASE_MS * 1.5);
    if (how === 'killed') await redis.start();
    else redis.thaw();

    const statuses: string[] = [];
    const until = performance.now() + LEASE_MS * 2;
    while (performance.now() < until) {
      for (const id of ids) {
        const { result } = await there.get(id);
        if (result) statuses.push(result.status as string);
      }
    }
    expect(statuses.length).toBeGreaterThan(0);
    expect(new Set(statuses)).toEqual(new Set(['working']));
    for (const key of ['x', 'y', 'z']) a.gate.release(key);
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
