import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SUBSCRIPTION_ID } from '../../fixtures/clients/mcp-requests.js';
import type { JsonRpc } from '../../fixtures/clients/sse-client.js';
import { taskFleet, type TaskFleet } from './task-app.js';
import { TaskClient } from './task-client.js';

const isAck = ({ method }: JsonRpc) => method === 'notifications/subscriptions/acknowledged';
const isTask = ({ method }: JsonRpc) => method === 'notifications/tasks';

describe('subscriptions/listen with taskIds', () => {
  let fleet: TaskFleet;
  let here: TaskClient;
  let there: TaskClient;
  beforeAll(async () => {
    fleet = await taskFleet(2);
    [here, there] = fleet.instances.map(({ port }) => new TaskClient(port, { user: 'alice' })) as [
      TaskClient,
      TaskClient,
    ];
  });
  afterAll(() => fleet.close());

  it('subscriptions/listen sends each task status on any instance in the form of tasks/get (TASK-15)', async () => {
    const id = await here.start('gated', { key: 'heard' });
    const stream = await there.listen([id]);
    expect((await stream.message(isAck)).params).toMatchObject({ notifications: { taskIds: [id] } });
    await stream.message((m) => isTask(m) && m.params!.statusMessage === 'on it');
    fleet.gate.release('heard');
    const { params } = await stream.message((m) => isTask(m) && m.params!.status === 'completed');
    const { _meta, ...task } = params!;
    expect(_meta).toEqual({ [SUBSCRIPTION_ID]: 1 });
    const { _meta: _, resultType, ...got } = (await there.get(id)).result!;
    expect(task).toEqual(got);
    expect(resultType).toBe('complete');
    for (const message of stream.messages) expect(isAck(message) || isTask(message)).toBe(true);
    await stream.close();
  });

  it('subscriptions/listen sends each task status once', async () => {
    const id = await here.start('gated', { key: 'once' });
    const stream = await there.listen([id]);
    fleet.gate.release('once');
    await stream.message((m) => isTask(m) && m.params!.status === 'completed');
    const states = stream.messages
      .filter(isTask)
      .map(({ params }) => JSON.stringify([params!.status, params!.lastUpdatedAt, params!.statusMessage]));
    expect(new Set(states).size).toBe(states.length);
    await stream.close();
  });

  it('subscriptions/listen acknowledges and reports only tasks of the caller (L-5)', async () => {
    const own = await here.start('gated', { key: 'mine' });
    const mallory = new TaskClient(fleet.instances[1]!.port, { user: 'mallory' });
    const foreign = await mallory.start('gated', { key: 'foreign' });
    const stream = await here.listen([own, foreign, 'nothing', own]);
    expect((await stream.message(isAck)).params!.notifications).toEqual({ taskIds: [own] });
    fleet.gate.release('foreign');
    await mallory.until(foreign, 'completed');
    fleet.gate.release('mine');
    await stream.message((m) => isTask(m) && m.params!.status === 'completed');
    for (const { params } of stream.messages.filter(isTask)) expect(params!.taskId).toBe(own);
    await stream.close();
  });

  it.each([['x'], [[1]], [Array.from({ length: 1001 }, (_, i) => `${i}`)]])(
    'subscriptions/listen refuses invalid task ids',
    async (taskIds) => {
      const { error } = await here.request('subscriptions/listen', { notifications: { taskIds } });
      expect(error?.code).toBe(-32602);
    },
  );
});
