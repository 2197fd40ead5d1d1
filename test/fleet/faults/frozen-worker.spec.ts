import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TaskClient } from '../../e2e/tasks/task-client.js';
import { ChildInstance } from '../../fixtures/processes/child-instance.js';
import { figure, times } from '../../fixtures/measurements/figures.js';
import { newNamespace } from '../../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';
import type { JsonRpc } from '../../fixtures/clients/sse-client.js';

const LEASE_MS = 500;
const WORK_MS = 1500;
const ROUNDS = times(2, 30);
const timeouts = { timeout: times(30_000, 600_000) };

const FINAL = ['completed', 'failed', 'cancelled'];
const isEnd = ({ method, params }: JsonRpc) => method === 'notifications/tasks' && FINAL.includes(params!.status);

describe('F17 an instance that is frozen and continues', () => {
  let redis: RedisServer;
  let frozen: ChildInstance;
  let awake: ChildInstance;
  beforeAll(async () => {
    redis = await RedisServer.start();
    const options = { redis: redis.url, redisPrefix: newNamespace(), taskLeaseMs: LEASE_MS };
    [frozen, awake] = await Promise.all([ChildInstance.start(options), ChildInstance.start(options)]);
  });
  afterAll(async () => {
    await Promise.all([frozen.kill(), awake.kill()]);
    await redis.dispose();
  });

  it(
    'P13 the task of an instance frozen beyond its lease fails once, and its late result is refused',
    timeouts,
    async () => {
      let [ends, changed] = [0, 0];
      for (let round = 0; round < ROUNDS; round++) {
        const there = new TaskClient(awake.port);
        const id = await new TaskClient(frozen.port).start('work', { ms: WORK_MS });
        const stream = await there.listen([id]);
        await stream.message(({ method }) => method === 'notifications/tasks');
        frozen.freeze();
        const statusThere = async () => (await there.get(id)).result!.status as string;
        await expect.poll(statusThere, { timeout: 10_000 }).toBe('failed');
        const task = (await there.get(id)).result;
        await stream.message(isEnd);

        frozen.thaw();
        // The instance answers again, so it has already tried to report the result of its task.
        const here = new TaskClient(frozen.port);
        expect((await here.call('echo', { name: 'awake' })).result).toMatchObject({ content: [{ text: 'awake' }] });
        await here.start('work', { ms: WORK_MS }).then((later) => here.until(later, 'completed'));
        for (const client of [here, there]) {
          if (JSON.stringify((await client.get(id)).result) !== JSON.stringify(task)) changed++;
        }
        ends += new Set(stream.messages.filter(isEnd).map(({ params }) => JSON.stringify(params!.status))).size;
        await stream.close();
      }
      figure('F17', 'tasks whose worker stood still for longer than its lease', ROUNDS);
      figure('F17', 'double responses of tasks', ends - ROUNDS + changed);
      expect([ends, changed]).toEqual([ROUNDS, 0]);
      expect([frozen.alive, awake.alive]).toEqual([true, true]);
    },
  );

  it('control: an instance that is frozen for less than its lease finishes its task', timeouts, async () => {
    const id = await new TaskClient(frozen.port).start('work', { ms: WORK_MS });
    frozen.freeze();
    frozen.thaw();
    const done = await new TaskClient(awake.port).until(id, 'completed');
    expect(done.result).toMatchObject({ content: [{ text: expect.stringContaining('worked in') }] });
  });
});
