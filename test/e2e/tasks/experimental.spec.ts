import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonRpc } from '../../fixtures/clients/sse-client.js';
import { taskApp, taskFleet, type TaskApp, type TaskFleet } from './task-app.js';
import { ExperimentalClient, RELATED, TaskClient } from './task-client.js';

const UNKNOWN = 'AAAAAAAAAAAAAAAAAAAAAAAA';
const withoutId = (text: string) => text.replace(/"id":[^,]+,/, '');
const isQuestion = ({ method }: JsonRpc) => method === 'elicitation/create';

describe('tasks of 2025-11-25', () => {
  let app: TaskApp;
  let client: ExperimentalClient;
  beforeAll(async () => {
    app = await taskApp({ taskTtlMs: 60_000, maxTaskTtlMs: 120_000 });
    client = await ExperimentalClient.open(app.port, 'alice');
  });
  afterAll(() => app.close());

  it('tasks are advertised as a capability and on tools to 2025-11-25 clients and to no other legacy revision', async () => {
    const { capabilities } = client.session.welcome;
    expect(capabilities.tasks).toEqual({ list: {}, cancel: {}, requests: { tools: { call: {} } } });
    expect(capabilities).not.toHaveProperty('extensions');
    const { result } = await client.request('tools/list');
    const support = Object.fromEntries(result!.tools.map((tool: any) => [tool.name, tool.execution]));
    expect(support).toMatchObject({ gated: { taskSupport: 'optional' }, fails: { taskSupport: 'required' } });
    expect(support.plain).toBeUndefined();

    const older = await ExperimentalClient.open(app.port, 'alice', '2025-06-18');
    expect(older.session.welcome.capabilities).not.toHaveProperty('tasks');
    for (const tool of (await older.request('tools/list')).result!.tools) expect(tool).not.toHaveProperty('execution');
    app.gate.release('older');
    expect((await older.call('gated', { key: 'older' })).result).toMatchObject({ content: [{ text: 'done older' }] });
    expect((await older.request('tasks/get', { taskId: UNKNOWN })).error?.code).toBe(-32601);
  });

  it('a tools/call with a task member creates a task in the nested 2025-11-25 form', async () => {
    const { result } = await client.call('gated', { key: 'nested' }, { ttl: 90_000 });
    const { taskId, createdAt, lastUpdatedAt, ...rest } = result!.task;
    expect(rest).toEqual({ status: 'working', ttl: 90_000, pollInterval: 1000 });
    expect([typeof taskId, typeof createdAt, typeof lastUpdatedAt]).toEqual(['string', 'string', 'string']);
    const got = (await client.request('tasks/get', { taskId })).result!;
    expect(got).toMatchObject({ taskId, status: 'working', ttl: 90_000 });
    expect(got).not.toHaveProperty('_meta');
    app.gate.release('nested');
  });

  it.each([
    [undefined, 60_000],
    [1000, 1000],
    [999_999_999, 120_000],
  ])('a task created with the ttl %s is kept for %i ms', async (ttl, kept) => {
    app.gate.release('ttl');
    expect((await client.call('gated', { key: 'ttl' }, { ttl })).result!.task.ttl).toBe(kept);
  });

  it.each([[0], [-1], [1.5], ['1000'], [null]])('a task is refused for the ttl %s', async (ttl) => {
    expect((await client.call('gated', { key: 'ttl' }, { ttl })).error?.code).toBe(-32602);
  });

  it('a task is refused for a tool without tasks, and a plain call for a tool that requires one (A-14)', async () => {
    expect((await client.call('plain', { key: '1' })).error?.code).toBe(-32601);
    expect((await client.request('tools/call', { name: 'fails', arguments: {} })).error?.code).toBe(-32601);
    app.gate.release('sync');
    const sync = await client.request('tools/call', { name: 'gated', arguments: { key: 'sync' } });
    expect(sync.result).toMatchObject({ content: [{ text: 'done sync' }] });
  });

  it('tasks/result waits for the result, returns at once when there is one, and always returns the same', async () => {
    const taskId = await client.start('gated', { key: 'wait' });
    await app.gate.reached('waiting wait');
    const waiting = [client.request('tasks/result', { taskId }), client.request('tasks/result', { taskId })];
    app.gate.release('wait');
    const replies = [...(await Promise.all(waiting)), await client.request('tasks/result', { taskId })];
    for (const { result, text } of replies) {
      expect(result).toEqual({ content: [{ type: 'text', text: 'done wait' }], _meta: { [RELATED]: { taskId } } });
      expect(withoutId(text)).toBe(withoutId(replies[0]!.text));
    }
    expect((await client.request('tasks/get', { taskId })).result).toMatchObject({ status: 'completed' });
  });

  it('tasks/result returns the result of a failed tool and the error of a failed protocol call', async () => {
    const failed = await client.start('fails');
    const { result } = await client.request('tasks/result', { taskId: failed });
    expect(result).toMatchObject({ content: [{ text: 'It did not work out' }], isError: true });
    expect((await client.request('tasks/get', { taskId: failed })).result).toMatchObject({ status: 'failed' });
    const broken = await client.start('breaks');
    const { error } = await client.request('tasks/result', { taskId: broken });
    expect(error).toEqual({ code: 4711, message: 'Broken', data: { why: 'test' } });
    expect((await client.request('tasks/get', { taskId: broken })).result).toMatchObject({
      status: 'failed',
      statusMessage: 'Broken',
    });
  });

  it('tasks/cancel is answered after the task was cancelled, and succeeds once', async () => {
    const taskId = await client.start('gated', { key: 'cancel' });
    await app.gate.reached('waiting cancel');
    const waiting = client.request('tasks/result', { taskId });
    expect((await client.request('tasks/cancel', { taskId })).result).toMatchObject({ taskId, status: 'cancelled' });
    await app.gate.reached('aborted cancel');
    expect((await waiting).error).toBeDefined();
    expect((await client.request('tasks/cancel', { taskId })).error?.code).toBe(-32602);
  });

  it('a task asks on the stream of tasks/result with related-task metadata, and continues with the answer', async () => {
    const taskId = await client.start('asks');
    const stream = await client.result(taskId);
    const first = await stream.message((m) => isQuestion(m) && m.params!.message === 'First age?');
    const second = await stream.message((m) => isQuestion(m) && m.params!.message === 'Second age?');
    expect(first.params!._meta).toEqual({ [RELATED]: { taskId } });
    expect((await client.request('tasks/get', { taskId })).result).toMatchObject({ status: 'input_required' });
    await client.session.post({ jsonrpc: '2.0', id: first.id, result: { action: 'accept', content: { age: 5 } } });
    await client.session.post({ jsonrpc: '2.0', id: second.id, error: { code: -1, message: 'no' } });
    const { result } = await stream.message((m) => m.method === undefined);
    expect(result).toMatchObject({ content: [{ text: 'The client refused: no' }], isError: true });
    expect(stream.messages.filter(isQuestion)).toHaveLength(2);
  });

  it('a task asks again when an answer does not match the form', async () => {
    const taskId = await client.start('asks');
    const stream = await client.result(taskId);
    for (const [message, age] of [
      ['First age?', 0],
      ['Second age?', 2],
    ] as const) {
      const asked = await stream.message((m) => isQuestion(m) && m.params!.message === message);
      await client.session.post({ jsonrpc: '2.0', id: asked.id, result: { action: 'accept', content: { age } } });
    }
    const seen = new Set(
      stream.messages
        .filter(isQuestion)
        .slice(0, 2)
        .map(({ id }) => id),
    );
    const again = await stream.message((m) => isQuestion(m) && !seen.has(m.id));
    await client.session.post({ jsonrpc: '2.0', id: again.id, result: { action: 'accept', content: { age: 1 } } });
    const { result } = await stream.message((m) => m.method === undefined);
    expect(result).toMatchObject({ content: [{ text: '1 and 2' }] });
  });

  it('an answered question of a task is cancelled for every other client that was asked', async () => {
    const taskId = await client.start('asks');
    const streams = [await client.result(taskId), await client.result(taskId)];
    const asked = await Promise.all(
      streams.map((s) => s.message((m) => isQuestion(m) && m.params!.message === 'First age?')),
    );
    await client.session.post({ jsonrpc: '2.0', id: asked[0]!.id, result: { action: 'accept', content: { age: 5 } } });
    await streams[1]!.message((m) => m.method === 'notifications/cancelled' && m.params!.requestId === asked[1]!.id);
    await client.request('tasks/cancel', { taskId });
    for (const stream of streams) await stream.message((m) => m.error !== undefined);
  });

  it('task status notifications arrive on the standalone stream of the session', async () => {
    const stream = await client.session.get();
    const taskId = await client.start('gated', { key: 'told' });
    app.gate.release('told');
    const is = (status: string) => (m: JsonRpc) =>
      m.method === 'notifications/tasks/status' && m.params!.taskId === taskId && m.params!.status === status;
    const { params } = await stream.message(is('completed'));
    expect(params).toMatchObject({ ttl: 60_000, pollInterval: 1000 });
    expect(params).not.toHaveProperty('_meta');
    await stream.close();
  });

  it('tasks/list returns only the tasks of the caller, page by page', async () => {
    const paged = await taskApp({ pageSize: 2 });
    const [bob, carol] = [
      await ExperimentalClient.open(paged.port, 'bob'),
      await ExperimentalClient.open(paged.port, 'carol'),
    ];
    const ids: string[] = [];
    for (const key of ['1', '2', '3']) ids.push(await bob.start('gated', { key }));
    await carol.start('gated', { key: '4' });
    await new TaskClient(paged.port, { user: 'bob' }).start('gated', { key: '5' });
    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const { result } = await bob.request('tasks/list', { cursor });
      listed.push(...result!.tasks.map((task: any) => task.taskId));
      cursor = result!.nextCursor;
    } while (cursor !== undefined);
    expect(listed.toSorted()).toEqual(ids.toSorted());
    for (const bad of ['', 'x', 7, Buffer.from('[1,"a",2]').toString('base64url')]) {
      expect((await bob.request('tasks/list', { cursor: bad })).error?.code).toBe(-32602);
    }
    await paged.close();
  });

  it('tasks/list is not available to anonymous clients', async () => {
    const anonymous = await ExperimentalClient.open(app.port);
    expect(anonymous.session.welcome.capabilities.tasks).not.toHaveProperty('list');
    expect((await anonymous.request('tasks/list')).error?.code).toBe(-32601);
  });

  it('a task of another principal or of the other form is answered like an unknown task, byte for byte', async () => {
    const own = await client.start('gated', { key: 'own' });
    const modern = await new TaskClient(app.port, { user: 'alice' }).start('gated', { key: 'own' });
    const mallory = await ExperimentalClient.open(app.port, 'mallory');
    for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel']) {
      const unknown = await client.request(method, { taskId: UNKNOWN });
      expect(unknown.error?.code).toBe(-32602);
      const others = [await mallory.request(method, { taskId: own }), await client.request(method, { taskId: modern })];
      for (const other of others) expect(withoutId(other.text)).toBe(withoutId(unknown.text));
    }
    expect((await new TaskClient(app.port, { user: 'alice' }).get(own)).error?.code).toBe(-32602);
    app.gate.release('own');
  });
});

describe('tasks/result on another instance', () => {
  let fleet: TaskFleet;
  beforeAll(async () => {
    fleet = await taskFleet(2);
  });
  afterAll(() => fleet.close());

  it('tasks/result on another instance waits for the task and relays its questions', async () => {
    const [here, there] = fleet.instances;
    const client = await ExperimentalClient.open(here!.port, 'alice');
    const taskId = await client.start('asks');
    const stream = await client.result(taskId, there!.port);
    for (const [message, age] of [
      ['First age?', 1],
      ['Second age?', 2],
    ] as const) {
      const asked = await stream.message((m) => isQuestion(m) && m.params!.message === message);
      await client.session.post({ jsonrpc: '2.0', id: asked.id, result: { action: 'accept', content: { age } } });
    }
    const { result } = await stream.message((m) => m.method === undefined);
    expect(result).toMatchObject({ content: [{ text: '1 and 2' }] });
  });
});
