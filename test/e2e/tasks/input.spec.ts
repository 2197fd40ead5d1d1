import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { taskApp, type TaskApp } from './task-app.js';
import { TaskClient, TASKS } from './task-client.js';

const accept = (content: Record<string, unknown>) => ({ action: 'accept', content });

describe('a task of the extension that asks', () => {
  let app: TaskApp;
  let client: TaskClient;
  beforeAll(async () => {
    app = await taskApp();
    client = new TaskClient(app.port);
  });
  afterAll(() => app.close());

  it('a task shows all its questions, accepts the answers one by one and continues with the last', async () => {
    const id = await client.start('asks');
    const { inputRequests } = await client.until(id, (task) => Object.keys(task.inputRequests ?? {}).length === 2);
    const [first, second] = Object.keys(inputRequests);
    expect(inputRequests[first!]).toMatchObject({ method: 'elicitation/create', params: { message: 'First age?' } });
    expect(inputRequests[first!]).not.toHaveProperty('id');

    const ack = await client.update(id, { [first!]: accept({ age: 1 }), nobody: accept({}) });
    expect(Object.keys(ack.result!).sort()).toEqual(['_meta', 'resultType']);
    const { result: partial } = await client.get(id);
    expect([partial!.status, Object.keys(partial!.inputRequests)]).toEqual(['input_required', [second]]);

    await client.update(id, { [first!]: accept({ age: 99 }) });
    await client.update(id, { [second!]: { action: 'decline' } });
    const done = await client.until(id, 'completed');
    expect(done.result.content[0].text).toBe('1 and decline');
    expect(done).not.toHaveProperty('inputRequests');
  });

  it('a task asks again under another key when an answer does not match the form (TASK-11)', async () => {
    const id = await client.start('asks');
    const { inputRequests } = await client.until(id, (task) => Object.keys(task.inputRequests ?? {}).length === 2);
    const [first, second] = Object.keys(inputRequests);
    await client.update(id, { [first!]: accept({ age: 'old' }), [second!]: accept({ age: 2 }) });
    const again = await client.until(id, (task) => {
      const keys = Object.keys(task.inputRequests ?? {});
      return keys.length === 1 && keys[0] !== first && keys[0] !== second;
    });
    const [key] = Object.keys(again.inputRequests);
    expect(again.inputRequests[key!]).toEqual(inputRequests[first!]);
    await client.update(id, { [first!]: accept({ age: 3 }) });
    await client.update(id, { [key!]: accept({ age: 4 }) });
    expect((await client.until(id, 'completed')).result.content[0].text).toBe('4 and 2');
  });

  it('a task accepts one of two concurrent answers', async () => {
    const id = await client.start('asks');
    const { inputRequests } = await client.until(id, (task) => Object.keys(task.inputRequests ?? {}).length === 2);
    const keys = Object.keys(inputRequests);
    await Promise.all(
      [3, 4].map((age) => client.update(id, { [keys[0]!]: accept({ age }), [keys[1]!]: accept({ age }) })),
    );
    const { text } = (await client.until(id, 'completed')).result.content[0];
    expect(['3 and 3', '4 and 4']).toContain(text);
  });

  it('a task asks the questions of inputRequired() and runs its method again with the answers', async () => {
    const id = await client.start('requires');
    await client.answer(id, { name: 'Ada' });
    expect((await client.until(id, 'completed')).result.content[0].text).toBe('Hello, Ada, after 1');
  });

  it('a task asks only what the creating request declared as a capability (TASK-12)', async () => {
    const withoutElicitation = new TaskClient(app.port, { capabilities: { extensions: { [TASKS]: {} } } });
    const failed = await withoutElicitation.until(await withoutElicitation.start('asks'), 'failed');
    expect(failed.error).toMatchObject({ code: -32021, data: { requiredCapabilities: { elicitation: {} } } });
  });

  it('a cancelled task drops its questions', async () => {
    const id = await client.start('asks');
    await client.until(id, 'input_required');
    await client.cancel(id);
    const { result } = await client.get(id);
    expect(result).toMatchObject({ status: 'cancelled' });
    expect(result).not.toHaveProperty('inputRequests');
    expect((await client.update(id, { x: 1 })).result).toMatchObject({ resultType: 'complete' });
  });

  it.each([[undefined], [null], [[]], ['x']])('tasks/update refuses %s as answers', async (inputResponses) => {
    const id = await client.start('asks');
    expect((await client.request('tasks/update', { taskId: id, inputResponses })).error?.code).toBe(-32602);
    await client.cancel(id);
  });
});

describe('a tool that detaches', () => {
  let app: TaskApp;
  let client: TaskClient;
  beforeAll(async () => {
    app = await taskApp();
    client = new TaskClient(app.port);
  });
  afterAll(() => app.close());

  /** Both rounds of a call that asks before it is a task. */
  async function askedBefore(by: TaskClient, args: Record<string, unknown>) {
    const first = await by.call('detaching', args);
    const { resultType, inputRequests, requestState } = first.result!;
    expect(resultType).toBe('input_required');
    expect(first.result).not.toHaveProperty('taskId');
    const [key] = Object.keys(inputRequests);
    return by.call('detaching', args, { requestState, inputResponses: { [key!]: accept({ age: 7 }) } });
  }

  it('a detaching tool asks while its client waits and becomes a task with the last answer (TASK-8)', async () => {
    const { result } = await askedBefore(client, { key: 'late' });
    expect(result).toMatchObject({ resultType: 'task', status: 'working' });
    for (const member of ['requestState', 'inputRequests']) expect(result).not.toHaveProperty(member);
    app.gate.release('late');
    const done = await client.until(result!.taskId, 'completed');
    expect(done.result.content[0].text).toBe('detached 7');
  });

  it('a detached tool can ask again as a task', async () => {
    const { result } = await askedBefore(client, { key: 'more', next: 'ask' });
    app.gate.release('more');
    await client.answer(result!.taskId, { age: 8 });
    expect((await client.until(result!.taskId, 'completed')).result.content[0].text).toBe('detached 7');
  });

  it('a detaching tool can return its result without becoming a task', async () => {
    const { result } = await askedBefore(client, { key: '-', next: 'stay' });
    expect(result).toMatchObject({ resultType: 'complete', content: [{ text: 'stayed 7' }] });
  });

  it('a detaching tool returns its result when its client does not support tasks', async () => {
    const undeclared = new TaskClient(app.port, { capabilities: { elicitation: {} } });
    app.gate.release('plain');
    const { result } = await askedBefore(undeclared, { key: 'plain' });
    expect(result).toMatchObject({ resultType: 'complete', content: [{ text: 'attached 7' }] });
  });
});
