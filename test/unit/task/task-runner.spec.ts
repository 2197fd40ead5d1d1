import { describe, expect, it, vi } from 'vitest';
import { CancelledError, type Exchange } from '../../../lib/exchange/exchange.js';
import { MemoryTaskStore } from '../../../lib/memory/memory-task-store.js';
import { CapacityError } from '../../../lib/protocol/errors.js';
import type { TaskSpec } from '../../../lib/task/task-record.js';
import { clientExchange, ended, started, TaskRig } from './rig.js';

const RESULT = { content: [] };
const forever = () => new Promise<never>(() => {});

describe('TaskRunner', () => {
  it('a call returns its stored task before the method completes', async () => {
    const rig = await TaskRig.open();
    const { id } = await started(rig, rig.tool(forever));
    expect(await rig.store.load({ principal: 'alice', id })).toMatchObject({ status: 'working' });
    expect(rig.runner.size).toBe(1);
    await rig.close();
    expect(rig.runner.size).toBe(0);
  });

  it('a completed task leaves no run, watcher or report behind', async () => {
    const rig = await TaskRig.open();
    const { id } = await started(
      rig,
      rig.tool(async () => RESULT),
    );
    expect(await ended(rig, id)).toMatchObject({ status: 'completed' });
    await new Promise(setImmediate);
    expect([rig.runner.size, rig.changes.size, rig.reported]).toEqual([0, 0, []]);
    await rig.close();
  });

  it('a call fails with CapacityError when the maximum of tasks is reached', async () => {
    const rig = await TaskRig.open({ store: new MemoryTaskStore({ maxTasks: 1 }) });
    const tool = rig.tool(forever);
    await started(rig, tool);
    await expect(started(rig, tool)).rejects.toThrow(CapacityError);
    expect(rig.runner.size).toBe(1);
    await rig.close();
    await expect(started(rig, tool)).rejects.toThrow(/shutting down/);
  });

  it('a task whose result is larger than allowed fails, and says how large it may be', async () => {
    const rig = await TaskRig.open();
    const result = { content: [{ type: 'text', text: 'x'.repeat(100_000) }] };
    const { id } = await started(
      rig,
      rig.tool(async () => result),
    );
    const reason = 'The result has more than 100000 bytes; ask for less of it';
    expect(await ended(rig, id)).toMatchObject({ status: 'failed', statusMessage: reason });
    const task = await rig.store.load({ principal: 'alice', id });
    expect(task).toMatchObject({ error: { code: -32603, message: reason, data: { maxResultBytes: 100_000 } } });
    expect(task).not.toHaveProperty('result');
    await rig.close();
  });

  it('a task is cancelled when its client disconnects before it receives the id', async () => {
    const client = clientExchange();
    class LeavingStore extends MemoryTaskStore {
      override async create(order: TaskSpec, leaseMs: number) {
        const task = await super.create(order, leaseMs);
        client.cancel('the client left');
        return task;
      }
    }
    const rig = await TaskRig.open({ store: new LeavingStore() });
    let ran = false;
    const tool = rig.tool(async () => {
      ran = true;
      return RESULT;
    });
    await expect(started(rig, tool, client)).rejects.toThrow(CancelledError);
    expect(ran).toBe(false);
    expect(await rig.store.list('alice', 10)).toMatchObject([{ status: 'cancelled' }]);
    expect([rig.runner.size, rig.changes.size]).toEqual([0, 0]);
    await rig.close();
  });

  it('a task continues when its client disconnects later (TASK-13)', async () => {
    const client = clientExchange();
    const rig = await TaskRig.open();
    let inner!: Exchange;
    const tool = rig.tool((_, exchange) => {
      inner = exchange;
      return forever();
    });
    await started(rig, tool, client);
    client.cancel('the client left');
    expect(inner.cancelled).toBe(false);
    await rig.close();
    expect(inner.cancelled).toBe(true);
  });

  it('a call that returns its result before it detaches leaves no running task', async () => {
    let created = (): void => {};
    class SlowStore extends MemoryTaskStore {
      override async create(order: TaskSpec, leaseMs: number) {
        await new Promise<void>((resolve) => (created = resolve));
        return super.create(order, leaseMs);
      }
    }
    const rig = await TaskRig.open({ store: new SlowStore() });
    let detaching: Promise<boolean> | undefined;
    const tool = rig.tool(
      async (_, exchange) => {
        detaching = exchange.outlet.detach!();
        detaching.catch(() => {});
        return RESULT;
      },
      { detaches: true },
    );
    expect(await rig.runner.call(tool, {}, clientExchange())).toEqual({ result: RESULT });
    created();
    await expect(detaching).rejects.toThrow(CancelledError);
    expect(await rig.store.list('alice', 10)).toMatchObject([{ status: 'cancelled' }]);
    expect(rig.runner.size).toBe(0);
    await rig.close();
  });

  it('a result is retried until the store accepts it', async () => {
    let failures = 2;
    class FailingStore extends MemoryTaskStore {
      override async move(...move: Parameters<MemoryTaskStore['move']>) {
        if (failures-- > 0) throw new Error('the store is unavailable');
        return super.move(...move);
      }
    }
    const rig = await TaskRig.open({ store: new FailingStore() });
    const { id } = await started(
      rig,
      rig.tool(async () => RESULT),
    );
    expect(await ended(rig, id)).toMatchObject({ status: 'completed' });
    expect(rig.reported).toHaveLength(2);
    await rig.close();
  });

  it('a task whose lease was lost stops and writes nothing', async () => {
    let now = 0;
    const rig = await TaskRig.open({ store: new MemoryTaskStore({ clock: () => now }), leaseMs: 30 });
    const aborted = new Promise<Exchange>((resolve) => {
      rig.tool((_, exchange) => {
        exchange.onCancel(() => resolve(exchange));
        return forever();
      });
    });
    const { id } = await started(rig, rig.tools.get('tool')!);
    now += 1000;
    const claimed = await rig.store.claim({ principal: 'alice', id }, 60_000);
    await aborted;
    expect(rig.lost).toEqual(['former']);
    expect(await rig.store.load({ principal: 'alice', id })).toEqual(claimed);
    await rig.close();
  });

  it('the instance that takes a task over tells that its lease was lost', async () => {
    let now = 0;
    const store = new MemoryTaskStore({ clock: () => now });
    const [lost, successor] = await Promise.all([TaskRig.open({ store, leaseMs: 30_000 }), TaskRig.open({ store })]);
    const { id } = await started(
      lost,
      lost.tool(() => forever()),
    );
    now += 30_000;
    await successor.tasks.find({ principal: 'alice', id }, 'modern');
    expect(successor.lost).toEqual(['successor']);
    await Promise.all([lost.close(), successor.close()]);
  });

  it('an instance cannot complete a task that another one has taken over (F17)', async () => {
    let now = 0;
    const rig = await TaskRig.open({ store: new MemoryTaskStore({ clock: () => now }), leaseMs: 30_000 });
    let finish!: () => void;
    const { id } = await started(
      rig,
      rig.tool(() => new Promise((resolve) => (finish = () => resolve(RESULT)))),
    );
    now += 30_000;
    const claimed = await rig.store.claim({ principal: 'alice', id }, 30_000);
    finish();
    await expect.poll(() => rig.runner.size).toBe(0);
    expect(await rig.store.load({ principal: 'alice', id })).toEqual(claimed);
    await rig.close();
  });

  it('a released lease is not renewed during the shutdown', async () => {
    vi.useFakeTimers();
    let renewals = 0;
    class SlowRelease extends MemoryTaskStore {
      override renew(...args: Parameters<MemoryTaskStore['renew']>) {
        renewals++;
        return super.renew(...args);
      }
      override async release(...args: Parameters<MemoryTaskStore['release']>) {
        const outcome = await super.release(...args);
        renewals = 0;
        // Several heartbeats would be due while the release takes so long.
        await vi.advanceTimersByTimeAsync(200);
        return outcome;
      }
    }
    const rig = await TaskRig.open({ store: new SlowRelease(), leaseMs: 45 });
    const { id } = await started(rig, rig.tool(forever, { idempotent: true }));
    await vi.advanceTimersByTimeAsync(45);
    expect(renewals).toBeGreaterThan(0);
    const drained = rig.runner.drain(0);
    await vi.advanceTimersByTimeAsync(0);
    await drained;
    expect(renewals).toBe(0);
    expect(await rig.store.load({ principal: 'alice', id })).toMatchObject({ orphaned: true });
    await rig.close();
  });

  it('drain() waits for running tasks but not for those that wait for input', async () => {
    const rig = await TaskRig.open();
    let finish!: () => void;
    const quick = await started(
      rig,
      rig.tool(() => new Promise((resolve) => (finish = () => resolve(RESULT)))),
    );
    const question = { method: 'elicitation/create', params: {} } as const;
    const asking = await started(
      rig,
      rig.tool(async (_, exchange, { begin }) => {
        const interaction = await begin(exchange, 'tool', {});
        return { answer: await interaction.ask(undefined, () => ({ request: question, accept: forever })) };
      }),
    );
    const drained = rig.runner.drain(10_000);
    finish();
    await drained;
    expect(await rig.store.load(quick)).toMatchObject({ status: 'completed' });
    expect(await rig.store.load(asking)).toMatchObject({ status: 'failed' });
    await rig.close();
  });
});
