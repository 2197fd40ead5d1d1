import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TaskClient } from '../e2e/tasks/task-client.js';
import { ChildInstance } from '../fixtures/processes/child-instance.js';
import { collecting, figure, percentile, times } from '../fixtures/measurements/figures.js';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';
import type { JsonRpc, SseClient } from '../fixtures/clients/sse-client.js';

const INSTANCE_TTL_MS = 1500;
const KILLS = times(2, 20);
const CALLS = 10;

let server: RedisServer;
let redis: Redis;
let keeper: ChildInstance;
const options = () => ({
  redis: server.url,
  redisPrefix,
  instanceTtlMs: INSTANCE_TTL_MS,
  taskLeaseMs: INSTANCE_TTL_MS,
  streamAfterMs: 20,
});
const redisPrefix = newNamespace();

beforeAll(async () => {
  server = await RedisServer.start();
  redis = new Redis(server.url);
  keeper = await ChildInstance.start(options());
});
afterAll(async () => {
  await keeper?.kill();
  redis?.disconnect();
  await server?.dispose();
});

/** The number of outstanding requests in a session. */
async function outstandingRequests(session: LegacySession): Promise<number> {
  const keys = await redis.keys(`${redisPrefix}:*${session.id}*:s`);
  const fields = await Promise.all(keys.map((key) => redis.hkeys(key)));
  return fields.flat().filter((field) => field.startsWith('w:')).length;
}

const isAnswer = ({ id, result, error }: JsonRpc): boolean =>
  id !== undefined && (result !== undefined || error !== undefined);

/** Calls that run on one instance, each with its stream. */
async function begin(worker: ChildInstance, ms: number, count: number) {
  const session = await LegacySession.open(worker.port);
  const ids = Array.from({ length: count }, (_, i) => `call ${i}`);
  const streams = await Promise.all(ids.map((id) => session.stream('work', { ms }, id)));
  await Promise.all(streams.map((stream) => stream.frame(({ id }) => id !== undefined)));
  await expect.poll(() => outstandingRequests(session), { timeout: 10_000 }).toBe(count);
  return { ids, streams, elsewhere: session.at(keeper.port) };
}

const goOn = (streams: readonly SseClient[], elsewhere: LegacySession) =>
  Promise.all(streams.map((stream) => elsewhere.get(stream.lastEventId)));

/** Tasks that run on one instance. */
async function beginTasks(worker: ChildInstance, count: number): Promise<string[]> {
  const client = new TaskClient(worker.port);
  return Promise.all(Array.from({ length: count }, () => client.start('work', { ms: 600_000 })));
}

const OVER = ['completed', 'failed', 'cancelled'];

describe('P6, P13, F1 an instance that is killed during slow calls and tasks', () => {
  it(
    `P6, P13 when an instance is killed ${KILLS} times, every call ends with an error for its reconnecting client and every task fails`,
    { timeout: collecting ? 300_000 : 60_000 },
    async () => {
      const waits: number[] = [];
      let hanging = 0;
      let stuck = 0;
      const elsewhereTasks = new TaskClient(keeper.port);
      for (let kill = 0; kill < KILLS; kill++) {
        const worker = await ChildInstance.start(options());
        const { ids, streams, elsewhere } = await begin(worker, 600_000, CALLS);
        const tasks = await beginTasks(worker, CALLS);
        await worker.kill();
        const killedAt = performance.now();
        const resumed = await goOn(streams, elsewhere);
        for (const [i, stream] of resumed.entries()) {
          const answer = await stream.message(isAnswer, 15_000).catch(() => undefined);
          if (!answer) hanging++;
          else {
            expect(answer).toEqual({
              jsonrpc: '2.0',
              id: ids[i],
              error: { code: -32603, message: 'The instance that worked on this request was lost before it answered' },
            });
            await stream.end();
            waits.push(performance.now() - killedAt);
          }
        }
        const statusOf = async (id: string) => (await elsewhereTasks.get(id)).result?.status as string;
        const statuses = () => Promise.all(tasks.map(statusOf));
        await expect
          .poll(statuses, { timeout: 10_000 })
          .toSatisfy((all: string[]) => all.every((one) => OVER.includes(one)));
        stuck += (await statuses()).filter((status) => status !== 'failed').length;
      }
      expect([hanging, stuck]).toEqual([0, 0]);
      figure('P13', 'tasks whose worker was killed', KILLS * CALLS);
      figure('P13', 'of them stuck, or ended otherwise than failed', stuck);
      figure('P6', 'calls whose instance was killed', KILLS * CALLS);
      figure('P6', 'calls that hang', hanging);
      figure(
        'P6',
        `time to the error, p99, with an instanceTtlMs of ${INSTANCE_TTL_MS}`,
        percentile(waits, 0.99),
        'ms',
      );
      figure('F1', 'calls that hang after kill -9', hanging);
    },
  );

  it('control: no instance answers a slow call of an instance that is alive', async () => {
    const worker = await ChildInstance.start(options());
    const { streams, elsewhere } = await begin(worker, INSTANCE_TTL_MS * 3, 2);
    const resumed = await goOn(streams, elsewhere);
    for (const stream of resumed) {
      expect(await stream.message(isAnswer, 15_000)).toMatchObject({ result: { content: [{ type: 'text' }] } });
    }
    await worker.kill();
  });
});

describe('F17 an instance that is frozen for longer than its heartbeat', () => {
  it(
    'F17 the calls of an instance that was frozen too long get one response each, and its late results are refused',
    { timeout: 60_000 },
    async () => {
      const worker = await ChildInstance.start(options());
      const { streams, elsewhere } = await begin(worker, 1000, CALLS);
      worker.freeze();
      const cursors = streams.map(({ lastEventId }) => lastEventId);
      const resumed = await goOn(streams, elsewhere);
      const answers = await Promise.all(resumed.map((stream) => stream.message(isAnswer, 15_000)));
      expect(answers.every(({ error }) => error?.code === -32603)).toBe(true);
      worker.thaw();
      // Once it answers a later request it has sent everything for the earlier ones.
      await elsewhere.at(worker.port).call('echo', { name: 'awake' });
      await Promise.all(streams.map((stream) => stream.end(10_000)));
      const again = await Promise.all(cursors.map((cursor) => elsewhere.get(cursor)));
      await Promise.all(again.map((stream) => stream.end(10_000)));
      const doubles = [...streams, ...again].filter(({ messages }) => messages.filter(isAnswer).length > 1);
      expect(doubles).toEqual([]);
      expect(again.map(({ messages }) => messages.filter(isAnswer))).toEqual(answers.map((answer) => [answer]));
      figure('F17', 'double responses of an instance that stood still', doubles.length);
      await worker.kill();
    },
  );
});
