import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccessPolicy, principalId } from 'nestjs-mcp-fleet';
import { taskFleet, type TaskFleet } from './task-app.js';
import { ExperimentalClient, TaskClient } from './task-client.js';

/** So long that no heartbeat of a run interferes: the test advances the clock. */
const LEASE = 60_000;

describe('a task whose worker is lost', () => {
  let fleet: TaskFleet;
  let here: TaskClient;
  let there: TaskClient;
  beforeEach(async () => {
    fleet = await taskFleet(2, { taskLeaseMs: LEASE });
    [here, there] = fleet.instances.map(({ port }) => new TaskClient(port, { user: 'alice' })) as [
      TaskClient,
      TaskClient,
    ];
  });
  afterEach(() => fleet.close());

  it('a task whose worker is lost fails with an explanation at the next read (P13)', async () => {
    const id = await here.start('gated', { key: 'lost' });
    await fleet.gate.reached('waiting lost');
    fleet.advance(LEASE - 1);
    expect((await there.get(id)).result).toMatchObject({ status: 'working' });
    fleet.advance(1);
    const message = 'The worker of this task was lost before it finished';
    const { result } = await there.get(id);
    expect(result).toMatchObject({ status: 'failed', error: { code: -32603, message }, statusMessage: message });

    await fleet.gate.reached('aborted lost');
    fleet.gate.release('lost');
    expect((await here.get(id)).result).toMatchObject({ status: 'failed' });
  });

  it('a task of an idempotent tool runs again after its worker is lost, without repeating remembered steps or questions', async () => {
    const id = await here.start('repeatable', { key: 'job' });
    await here.answer(id, { age: 30 });
    await fleet.gate.reached('waiting job 1');
    fleet.advance(LEASE);
    expect((await there.get(id)).result).toMatchObject({ status: 'working' });
    await fleet.gate.reached('waiting job 2');
    await fleet.gate.reached('aborted job 1');
    fleet.gate.release('job 1');
    fleet.gate.release('job 2');
    const done = await here.until(id, 'completed');
    expect(done.result.content[0].text).toBe('run 2, step 1, age 30, for alice');
  });

  it('a task whose worker is lost runs again only once, however many clients read it', async () => {
    const id = await here.start('repeatable', { key: 'many' });
    await here.answer(id, { age: 30 });
    await fleet.gate.reached('waiting many 1');
    fleet.advance(LEASE);
    await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? here : there).get(id)));
    fleet.gate.release('many 2');
    await here.until(id, 'completed');
    expect(fleet.gate.has('runs many: 3')).toBe(false);
  });

  it('a task that runs again asks its unanswered question under a new key, and the old key is void', async () => {
    const id = await here.start('repeatable', { key: 'open' });
    const { inputRequests } = await here.until(id, 'input_required');
    const [old] = Object.keys(inputRequests);
    fleet.advance(LEASE);
    const again = await there.until(id, (task) => task.inputRequests !== undefined && !(old! in task.inputRequests));
    await there.update(id, { [old!]: { action: 'accept', content: { age: 1 } } });
    const [key] = Object.keys(again.inputRequests);
    await there.update(id, { [key!]: { action: 'accept', content: { age: 2 } } });
    fleet.gate.release('open 2');
    expect((await here.until(id, 'completed')).result.content[0].text).toContain('age 2');
  });

  it('a task that loses one worker after another fails in the end', async () => {
    const id = await here.start('repeatable', { key: 'poison' });
    await here.answer(id, { age: 30 });
    for (let run = 1; run <= 3; run++) {
      await fleet.gate.reached(`waiting poison ${run}`);
      fleet.advance(LEASE);
      await there.get(id);
    }
    const { result } = await there.get(id);
    expect(result).toMatchObject({ status: 'failed', statusMessage: expect.stringContaining('3 times') });
  });

  it('a task is not run again for a caller that may no longer use its tool', async () => {
    class Whim extends AccessPolicy {
      isAllowed = true;
      override allows(): boolean {
        return this.isAllowed;
      }
    }
    const whim = new Whim();
    for (const { mcp } of fleet.instances) {
      const work = async () => {
        const run = fleet.gate.count('runs owned');
        await fleet.gate.passage(`owned ${run}`);
        return `run ${run}`;
      };
      await mcp.registerTool({ name: 'owned', task: 'required', idempotent: true }, work, {
        access: { allow: [whim] },
      });
    }
    const id = await here.start('owned');
    await fleet.gate.reached('waiting owned 1');
    fleet.advance(LEASE);
    whim.isAllowed = false;
    // Whoever looks at the tasks of a fleet takes over what was lost.
    expect((await there.get(id)).error?.message).toBe('Unknown task');
    const task = { principal: principalId({ issuer: 'https://test', subject: 'alice' }), id };
    await expect.poll(async () => (await fleet.store.load(task))?.status).toBe('failed');
    expect((await fleet.store.load(task))?.error?.message).toBe('Unknown tool: owned');
    expect(fleet.gate.has('waiting owned 2')).toBe(false);
  });

  it('a lost worker is also detected by tasks/result, tasks/list and subscriptions/listen', async () => {
    const legacy = await ExperimentalClient.open(fleet.instances[0]!.port, 'alice');
    const [waited, listed] = [await legacy.start('gated', { key: 'a' }), await legacy.start('gated', { key: 'b' })];
    const listenedTo = await here.start('gated', { key: 'c' });
    fleet.advance(LEASE);
    expect((await legacy.request('tasks/result', { taskId: waited })).error?.message).toContain('was lost');
    const { result } = await legacy.request('tasks/list');
    expect(result!.tasks.find((task: any) => task.taskId === listed)).toMatchObject({ status: 'failed' });
    await there.until(listenedTo, 'failed');
  });

  it('a server that shuts down hands over a task that can run again and fails one that cannot', async () => {
    const again = await here.start('repeatable', { key: 'drain' });
    await here.answer(again, { age: 30 });
    const once = await here.start('gated', { key: 'drain' });
    await fleet.gate.reached('waiting drain 1');
    await fleet.instances[0]!.close();
    expect((await there.get(once)).result).toMatchObject({
      status: 'failed',
      statusMessage: expect.stringContaining('shut down'),
    });
    await there.get(again);
    fleet.gate.release('drain 2');
    expect((await there.until(again, 'completed')).result.content[0].text).toContain('run 2');
  });
});

describe('a task that has expired', () => {
  it('an expired task is unknown even to its owner, and its run ends', async () => {
    const fleet = await taskFleet(1, { taskTtlMs: 5000, taskLeaseMs: 30 });
    const client = new TaskClient(fleet.instances[0]!.port);
    const id = await client.start('gated', { key: 'old' });
    fleet.advance(4999);
    expect((await client.get(id)).result).toMatchObject({ taskId: id });
    fleet.advance(1);
    expect((await client.get(id)).error?.code).toBe(-32602);
    await fleet.gate.reached('aborted old');
    await fleet.close();
  });
});

describe('a worker that is alive', () => {
  it('a worker that is alive keeps its lease', async () => {
    const fleet = await taskFleet(2, { taskLeaseMs: 60 });
    const [here, there] = fleet.instances.map(({ port }) => new TaskClient(port)) as [TaskClient, TaskClient];
    const id = await here.start('gated', { key: 'kept' });
    const renewals = countRenewals(fleet);
    for (let i = 0; i < 5; i++) {
      await renewals.next();
      fleet.advance(59);
      expect((await there.get(id)).result).toMatchObject({ status: 'working' });
    }
    fleet.gate.release('kept');
    await there.until(id, 'completed');
    await fleet.close();
  });
});

/** Resolves after a number of lease renewals, so that the test does not depend on time. */
function countRenewals({ store }: TaskFleet) {
  const renew = store.renew.bind(store);
  let resolve = (): void => {};
  store.renew = async (...args) => {
    const isRenewed = await renew(...args);
    resolve();
    return isRenewed;
  };
  return { next: () => new Promise<void>((done) => (resolve = done)) };
}
