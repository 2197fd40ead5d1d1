import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADAPTERS } from '../../fixtures/applications/nest-app.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { modern } from '../../fixtures/clients/mcp-requests.js';
import { taskApp, type TaskApp } from './task-app.js';
import { TaskClient, TASKS } from './task-client.js';

const UNKNOWN = 'AAAAAAAAAAAAAAAAAAAAAAAA';
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const withoutId = (text: string) => text.replace(/"id":[^,]+,/, '');

describe.each(ADAPTERS)('tasks of the extension over %s', (adapter) => {
  let app: TaskApp;
  let client: TaskClient;
  beforeAll(async () => {
    app = await taskApp({ adapter });
    client = new TaskClient(app.port);
  });
  afterAll(() => app.close());

  it('tasks are advertised as an extension and never as a capability of their own (TASK-1)', async () => {
    const { result } = await client.request('server/discover');
    expect(result!.capabilities.extensions).toEqual({ [TASKS]: {} });
    expect(result!.capabilities).not.toHaveProperty('tasks');
    const { result: listed } = await client.request('tools/list');
    for (const tool of listed!.tools) expect(tool).not.toHaveProperty('execution');
  });

  it('a created task is returned flat, found at once, and holds its result verbatim when it completes (TASK-4, TASK-6)', async () => {
    const { result: created } = await client.call('gated', { key: 'flat' });
    const { _meta, taskId, createdAt, lastUpdatedAt, ...rest } = created!;
    expect(rest).toEqual({ resultType: 'task', status: 'working', ttlMs: 3_600_000, pollIntervalMs: 1000 });
    expect(taskId).toMatch(/^[\w-]{24}$/);
    expect([createdAt, lastUpdatedAt]).toEqual([expect.stringMatching(ISO), expect.stringMatching(ISO)]);

    await app.gate.reached('waiting flat');
    const { result: working } = await client.get(taskId);
    expect(working).toMatchObject({ resultType: 'complete', taskId, status: 'working' });
    for (const member of ['result', 'error', 'inputRequests', 'requestState'])
      expect(working).not.toHaveProperty(member);

    app.gate.release('flat');
    const done = await client.until(taskId, 'completed');
    expect(done.result).toEqual({ content: [{ type: 'text', text: 'done flat' }] });
    const [one, two] = [await client.get(taskId), await client.get(taskId)];
    expect(one.result!.result).toEqual(done.result);
    expect(withoutId(one.text)).toBe(withoutId(two.text));
  });

  it('a task reports its progress only in its status message (TASK-9)', async () => {
    const meta = { progressToken: 7, 'io.modelcontextprotocol/logLevel': 'debug' };
    const raw = modern(
      'tools/call',
      { name: 'gated', arguments: { key: 'said' } },
      {
        meta: { ...meta, 'io.modelcontextprotocol/clientCapabilities': { extensions: { [TASKS]: {} } } },
      },
    );
    const { headers, body } = await send(app.port, raw);
    expect(headers['content-type']).toBe('application/json');
    const { taskId } = JSON.parse(body).result;
    const task = await client.until(taskId, ({ statusMessage }) => statusMessage !== undefined);
    expect(task.statusMessage).toBe('on it');
    app.gate.release('said');
    await client.until(taskId, 'completed');
  });

  it('a request that does not declare the extension never creates a task (TASK-3)', async () => {
    for (const capabilities of [{}, { tasks: { requests: {} } }, { extensions: { [TASKS]: true } }]) {
      const undeclared = new TaskClient(app.port, { capabilities });
      app.gate.release('sync');
      const sync = await undeclared.call('gated', { key: 'sync' }, { task: { ttl: 1000 } });
      expect(sync.result).toMatchObject({ resultType: 'complete', content: [{ text: 'done sync' }] });

      const id = await client.start('gated', { key: 'sync' });
      const refusals = [
        undeclared.call('fails'),
        undeclared.get(id),
        undeclared.update(id, {}),
        undeclared.cancel(id),
        undeclared.request('subscriptions/listen', { notifications: { taskIds: [id] } }),
      ];
      for (const { status, error } of await Promise.all(refusals)) {
        expect([status, error?.code]).toEqual([400, -32021]);
        expect(error!.data).toEqual({ requiredCapabilities: { extensions: { [TASKS]: {} } } });
      }
    }
  });

  it('a call of a tool without tasks never creates a task, whatever the client requests (TASK-2)', async () => {
    const { result } = await client.call('plain', { key: '1' }, { task: { ttl: 1000 } });
    expect(result).toMatchObject({ resultType: 'complete', content: [{ text: 'plain 1' }] });
  });

  it('a task completes with a tool error and fails with a protocol error (TASK-10)', async () => {
    const failed = await client.until(await client.start('fails'), 'completed');
    expect(failed.result).toEqual({ content: [{ type: 'text', text: 'It did not work out' }], isError: true });
    const broken = await client.until(await client.start('breaks'), 'failed');
    expect(broken.error).toEqual({ code: 4711, message: 'Broken', data: { why: 'test' } });
    expect(broken.statusMessage).toBe('Broken');
    expect(broken).not.toHaveProperty('result');
    const leaky = await client.until(await client.start('leaks'), 'completed');
    expect(JSON.stringify(leaky)).not.toContain('secret');
    expect(app.logs.about('a secret').length).toBeGreaterThan(0);
  });

  it('a call that would create a task has its arguments validated', async () => {
    const { result } = await client.until(await client.start('gated', { key: 1 }), 'completed');
    expect(result).toMatchObject({ isError: true });
  });

  it('tasks/cancel aborts the signal of the task and returns the same empty result when repeated', async () => {
    const id = await client.start('gated', { key: 'cancel' });
    await app.gate.reached('waiting cancel');
    const ack = await client.cancel(id);
    expect(Object.keys(ack.result!).sort()).toEqual(['_meta', 'resultType']);
    await app.gate.reached('aborted cancel');
    app.gate.release('cancel');
    expect((await client.get(id)).result).toMatchObject({ status: 'cancelled' });
    expect(withoutId((await client.cancel(id)).text)).toBe(withoutId(ack.text));
    expect((await client.get(id)).result).not.toHaveProperty('result');
  });

  it('tasks/cancel unsubscribes from the Observable of the task', async () => {
    const id = await client.start('streamed', { key: 'rx' });
    const updated = await client.until(id, ({ statusMessage }) => statusMessage !== undefined);
    expect(updated.statusMessage).toBe('half of it');
    await client.cancel(id);
    await app.gate.reached('unsubscribed rx');
    const finished = await client.start('streamed', { key: 'rx' });
    app.gate.release('rx');
    expect((await client.until(finished, 'completed')).result.content[0].text).toBe('streamed');
  });

  it('a task continues after the connection that created it is closed (TASK-13)', async () => {
    const id = await client.start('gated', { key: 'alone' });
    await app.gate.reached('waiting alone');
    app.gate.release('alone');
    await client.until(id, 'completed');
    expect(app.gate.has('aborted alone')).toBe(false);
  });

  it('a task of another principal is answered like an unknown task, byte for byte (TASK-7)', async () => {
    const [alice, mallory] = ['alice', 'mallory'].map((user) => new TaskClient(app.port, { user }));
    const id = await alice!.start('gated', { key: 'own' });
    const attempts = (taskId: string, by: TaskClient) => [by.get(taskId), by.update(taskId, {}), by.cancel(taskId)];
    for (const [foreign, unknown] of await Promise.all(
      attempts(id, mallory!).map((attempt, i) => Promise.all([attempt, attempts(UNKNOWN, mallory!)[i]!])),
    )) {
      expect(foreign.error?.code).toBe(-32602);
      expect([foreign.status, foreign.text]).toEqual([unknown.status, unknown.text]);
    }
    expect((await client.get(id)).error?.code).toBe(-32602);
    expect((await alice!.get(id)).result).toMatchObject({ status: 'working' });
    app.gate.release('own');
    await alice!.until(id, 'completed');
  });

  it.each([['tasks/result'], ['tasks/list']])('the extension does not have the method %s', async (method) => {
    const { status, error } = await client.request(method, { taskId: UNKNOWN });
    expect([status, error?.code]).toEqual([404, -32601]);
  });

  it('a Mcp-Name header that differs from the task id is refused (TASK-16)', async () => {
    const id = await client.start('gated', { key: 'named' });
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
      const params = { taskId: id, inputResponses: {} };
      const wrong = await client.request(method, params, { 'mcp-name': UNKNOWN });
      expect([wrong.status, wrong.error?.code]).toEqual([400, -32020]);
      expect((await client.request(method, params, { 'mcp-name': id })).result).toMatchObject({
        resultType: 'complete',
      });
    }
    app.gate.release('named');
  });

  it.each([[undefined], [7], [null]])('tasks/get refuses the task id %s', async (taskId) => {
    expect((await client.request('tasks/get', { taskId })).error?.code).toBe(-32602);
  });
});
