import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TaskStore } from 'nestjs-mcp-fleet';
import { OPEN_STATES, taskSpec } from '../../lib/testing/contracts/task-store.fixture.js';
import { type TaskApp, taskApp, type TaskAppOptions } from '../e2e/tasks/task-app.js';
import { ExperimentalClient, type Reply, TaskClient } from '../e2e/tasks/task-client.js';
import { figure, times } from '../fixtures/measurements/figures.js';
import { newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';
import type { JsonRpc } from '../fixtures/clients/sse-client.js';
import { TcpProxy } from '../fixtures/network/tcp-proxy.js';

const UNKNOWN = 'AAAAAAAAAAAAAAAAAAAAAAAA';
const LOST = 'The worker of this task was lost before it finished';
const RACES = times(2000, 10_000);
const AT_ONCE = 20;

const accept = (age: number) => ({ action: 'accept', content: { age } });
const isTask = ({ method }: JsonRpc) => method === 'notifications/tasks';
const isQuestion = ({ method }: JsonRpc) => method === 'elicitation/create';
const isAnswer = ({ method }: JsonRpc) => method === undefined;
const withoutId = ({ text }: Reply) => text.replace(/"id":[^,]+,/, '');
const textOf = (result: any): string => result.content[0].text;

let redis: RedisServer;
beforeAll(async () => void (redis = await RedisServer.start()));
afterAll(() => redis.dispose());

describe('tasks of a fleet', () => {
  let apps: TaskApp[];
  let a: TaskApp;
  let b: TaskApp;
  let c: TaskApp;
  let here: TaskClient;
  let there: TaskClient;
  beforeAll(async () => {
    const options: TaskAppOptions = { redis: redis.url, redisPrefix: newNamespace(), pageSize: 2, maxTasks: 20_000 };
    apps = await Promise.all([taskApp(options), taskApp({ ...options, adapter: 'express' }), taskApp(options)]);
    [a, b, c] = apps as [TaskApp, TaskApp, TaskApp];
    [here, there] = [new TaskClient(a.port, { user: 'alice' }), new TaskClient(b.port, { user: 'alice' })];
  });
  afterAll(async () => {
    for (const { close } of apps) await close();
    expect(apps.flatMap(({ logs }) => logs.errors)).toEqual([]);
  });

  it('a task is found on every instance as soon as it is created (TASK-6, P13)', async () => {
    const legacy = await ExperimentalClient.open(a.port, 'alice');
    for (let i = 0; i < 25; i++) {
      a.gate.release(`at once ${i}`);
      const taskId = await here.start('gated', { key: `at once ${i}` });
      expect((await there.get(taskId)).result).toMatchObject({ resultType: 'complete', taskId });
      const nested = await legacy.start('gated', { key: `at once ${i}` });
      expect((await legacy.request('tasks/get', { taskId: nested }, b.port)).result).toMatchObject({ taskId: nested });
    }
  });

  it('a task is answered on any instance and continues where it runs', async () => {
    const id = await here.start('asks');
    const { inputRequests } = await there.until(id, (task) => Object.keys(task.inputRequests ?? {}).length === 2);
    const [first, second] = Object.keys(inputRequests);
    await there.update(id, { [first!]: accept(1) });
    const partly = (await here.get(id)).result!;
    expect([partly.status, Object.keys(partly.inputRequests)]).toEqual(['input_required', [second]]);
    await new TaskClient(c.port, { user: 'alice' }).update(id, { [second!]: accept(2) });
    expect(textOf((await here.until(id, 'completed')).result)).toBe('1 and 2');
    expect(textOf((await there.get(id)).result!.result)).toBe('1 and 2');
  });

  it('a task is cancelled on any instance and stops where it runs', async () => {
    const id = await here.start('gated', { key: 'cancel' });
    await a.gate.reached('waiting cancel');
    await there.cancel(id);
    await a.gate.reached('aborted cancel');
    a.gate.release('cancel');
    for (const client of [here, there]) expect((await client.get(id)).result).toMatchObject({ status: 'cancelled' });
  });

  it('tasks/result waits for a task on any instance', async () => {
    const legacy = await ExperimentalClient.open(a.port, 'alice');
    const taskId = await legacy.start('gated', { key: 'result' });
    await a.gate.reached('waiting result');
    const waiting = [b, c, a].map(({ port }) => legacy.request('tasks/result', { taskId }, port));
    a.gate.release('result');
    for (const { result } of await Promise.all(waiting)) expect(textOf(result)).toBe('done result');
  });

  it('a task asks on the instance where its client waits and is answered on a third', async () => {
    const legacy = await ExperimentalClient.open(a.port, 'alice');
    const elsewhere = legacy.session.at(c.port);
    const taskId = await legacy.start('asks');
    const stream = await legacy.result(taskId, b.port);
    for (const [message, age] of [
      ['First age?', 1],
      ['Second age?', 2],
    ] as const) {
      const { id } = await stream.message((m) => isQuestion(m) && m.params!.message === message);
      await elsewhere.post({ jsonrpc: '2.0', id, result: accept(age) });
    }
    expect(textOf((await stream.message(isAnswer)).result)).toBe('1 and 2');
    expect((await legacy.request('tasks/get', { taskId }, c.port)).result).toMatchObject({ status: 'completed' });
  });

  it('the status of a task is announced on any instance, by listen and on the standalone stream', async () => {
    const id = await here.start('gated', { key: 'heard' });
    const stream = await there.listen([id]);
    await stream.message((m) => isTask(m) && m.params!.statusMessage === 'on it');
    const legacy = await ExperimentalClient.open(a.port, 'alice');
    const standalone = await legacy.session.at(b.port).get();
    const taskId = await legacy.start('gated', { key: 'heard' });
    a.gate.release('heard');
    const { params } = await stream.message((m) => isTask(m) && m.params!.status === 'completed');
    expect(textOf(params!.result)).toBe('done heard');
    const isEnd = ({ method, params: task }: JsonRpc) =>
      method === 'notifications/tasks/status' && task!.taskId === taskId && task!.status === 'completed';
    await standalone.message(isEnd);
    await Promise.all([stream.close(), standalone.close()]);
  });

  it('tasks/list returns only the tasks of the caller when each page comes from another instance', async () => {
    const bob = await ExperimentalClient.open(a.port, 'bob');
    const carol = await ExperimentalClient.open(b.port, 'carol');
    const started: string[] = [];
    for (let i = 0; i < 5; i++) {
      started.push((await bob.request('tools/call', callOf(`list ${i}`), apps[i % 3]!.port)).result!.task.taskId);
      await carol.start('gated', { key: `list ${i}` });
    }
    const listed: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page === 0 || cursor !== undefined; page++) {
      const { result } = await bob.request('tasks/list', { cursor }, apps[page % 3]!.port);
      listed.push(...result!.tasks.map((task: any) => task.taskId));
      cursor = result!.nextCursor;
    }
    expect(listed).toEqual(started);
  });

  it('a task of another principal is answered like an unknown one on every instance, byte for byte (TASK-7)', async () => {
    const legacy = await ExperimentalClient.open(a.port, 'alice');
    const mallory = await ExperimentalClient.open(b.port, 'mallory');
    const [modern, nested] = [await here.start('gated', { key: 'own' }), await legacy.start('gated', { key: 'own' })];
    for (const { port } of apps) {
      const other = new TaskClient(port, { user: 'mallory' });
      for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
        const ask = (taskId: string) => other.request(method, { taskId, inputResponses: {} });
        const [foreign, unknown] = [await ask(modern), await ask(UNKNOWN)];
        expect(foreign.error?.code).toBe(-32602);
        expect(withoutId(foreign)).toBe(withoutId(unknown));
      }
      for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel']) {
        const ask = (taskId: string) => mallory.request(method, { taskId }, port);
        const [foreign, unknown] = [await ask(nested), await ask(UNKNOWN)];
        expect(foreign.error?.code).toBe(-32602);
        expect(withoutId(foreign)).toBe(withoutId(unknown));
      }
    }
    expect((await there.get(modern)).result).toMatchObject({ status: 'working' });
    a.gate.release('own');
  });

  it(
    `${RACES} tasks that are completed on one instance and cancelled on another at once each end once and for ever (P13)`,
    { timeout: 120_000 },
    async () => {
      const [on, off, third] = apps.map(({ app }) => app.get(TaskStore));
      const wins = { completed: 0, cancelled: 0 };
      let doubles = 0;
      const race = async (i: number): Promise<void> => {
        const key = taskSpec(`race ${i}`, 'racer', { ttlMs: 60_000 });
        await on!.create(key, 60_000);
        const complete = () => on!.move(key, OPEN_STATES, 'completed', { result: { content: [] } }, 1);
        const cancel = () => off!.move(key, OPEN_STATES, 'cancelled');
        const [first, second] = await Promise.all(i % 2 ? [complete(), cancel()] : [cancel(), complete()]);
        if ([first!.moved, second!.moved].filter(Boolean).length !== 1) doubles++;
        const { task } = first!.moved ? first! : second!;
        wins[task.status as keyof typeof wins]++;
        for (const late of [complete, cancel]) if ((await late())!.moved) doubles++;
        for (const store of [on, off, third]) expect(await store!.load(key)).toEqual(task);
      };
      for (let i = 0; i < RACES; i += AT_ONCE) {
        await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => race(i + n)));
      }
      expect(Math.min(wins.completed, wins.cancelled)).toBeGreaterThan(0);
      figure('P13', 'tasks completed and cancelled at once', wins.completed + wins.cancelled);
      expect(doubles).toBe(0);
      figure('P13', 'of them ended twice, or otherwise for somebody', doubles);
    },
  );

  it('clients see one final status of each task in a race between completion and cancellation', async () => {
    const race = async (i: number): Promise<void> => {
      const key = `seen ${i}`;
      const id = await here.start('gated', { key });
      const stream = await there.listen([id]);
      await a.gate.reached(`waiting ${key}`);
      if (i % 2) a.gate.release(key);
      await there.cancel(id);
      a.gate.release(key);
      const isEnd = (m: JsonRpc) => isTask(m) && ['completed', 'cancelled', 'failed'].includes(m.params!.status);
      const { status } = (await stream.message(isEnd)).params!;
      for (const client of [here, there]) expect((await client.get(id)).result!.status).toBe(status);
      expect(new Set(stream.messages.filter(isEnd).map(({ params }) => params!.status))).toEqual(new Set([status]));
      await stream.close();
    };
    for (let i = 0; i < 100; i += 10) await Promise.all(Array.from({ length: 10 }, (_, n) => race(i + n)));
  });
});

describe('a task of a fleet whose worker is lost', () => {
  const options: TaskAppOptions = { redisPrefix: newNamespace(), taskLeaseMs: 400, redisWaitMs: 300 };
  let line: TcpProxy;
  let dying: TaskApp;
  let alive: TaskApp;
  let there: TaskClient;
  beforeAll(async () => {
    line = await TcpProxy.start(redis.port);
    [dying, alive] = await Promise.all([
      taskApp({ ...options, redis: line.url }),
      taskApp({ ...options, redis: redis.url }),
    ]);
    there = new TaskClient(alive.port, { user: 'alice' });
  });
  afterAll(async () => {
    await Promise.all([dying.close(), alive.close()]);
    await line.close();
  });

  it('a task whose worker is lost fails or runs again elsewhere, and the returning worker changes nothing (P13, F17)', async () => {
    const here = new TaskClient(dying.port, { user: 'alice' });
    const [once, again] = [await here.start('gated', { key: 'lost' }), await here.start('repeatable', { key: 'job' })];
    await there.answer(again, { age: 30 });
    await dying.gate.reached('waiting lost');
    await dying.gate.reached('waiting job 1');
    expect((await there.get(once)).result).toMatchObject({ status: 'working' });

    line.freeze();
    await expect
      .poll(async () => (await there.get(once)).result!.status, { timeout: 5000, interval: 50 })
      .toBe('failed');
    const { result } = await there.get(once);
    expect(result).toMatchObject({ error: { code: -32603, message: LOST }, statusMessage: LOST });
    await there.get(again);
    // The first run on this instance is the second run of the task.
    await alive.gate.reached('waiting job 1');

    dying.gate.release('lost');
    line.heal();
    await dying.gate.reached('aborted job 1', 8000);
    dying.gate.release('job 1');
    alive.gate.release('job 1');
    const done = await there.until(again, 'completed');
    expect(textOf(done.result)).toBe('run 1, step 1, age 30, for alice');
    expect((await there.get(once)).result).toEqual(result);
    await expect.poll(async () => (await here.get(once)).result?.status, { timeout: 5000 }).toBe('failed');
  });

  it('an instance that shuts down hands over a task that can run again and fails one that cannot', async () => {
    // The lease is too long to run out during the test.
    const leaving = await taskApp({ ...options, redis: redis.url, taskLeaseMs: 60_000 });
    const here = new TaskClient(leaving.port, { user: 'alice' });
    const [once, again] = [await here.start('gated', { key: 'left' }), await here.start('repeatable', { key: 'left' })];
    await there.answer(again, { age: 30 });
    await leaving.gate.reached('waiting left 1');
    await leaving.close();
    expect((await there.get(once)).result).toMatchObject({
      status: 'failed',
      statusMessage: expect.stringContaining('shut down'),
    });
    await there.get(again);
    alive.gate.release('left 1');
    expect(textOf((await there.until(again, 'completed')).result)).toContain('step 1, age 30');
  });
});

const callOf = (key: string) => ({ name: 'gated', arguments: { key }, task: {} });
