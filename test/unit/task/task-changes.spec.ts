import { describe, expect, it } from 'vitest';
import { MemoryMessageBroker } from '../../../lib/memory/memory-message-broker.js';
import { ended, started, TaskRig } from './rig.js';

/** Accepts every message and delivers none. */
class DroppingBroker extends MemoryMessageBroker {
  override async publish(): Promise<void> {}
}

describe('TaskChanges', () => {
  it('a task change whose notification was lost is found by the self-check', async () => {
    const rig = await TaskRig.open({ broker: new DroppingBroker(), selfCheckMs: 10 });
    const { id } = await started(
      rig,
      rig.tool(
        (_, exchange) => new Promise((_resolve, reject) => exchange.onCancel((reason) => reject(new Error(reason)))),
      ),
    );
    const end = ended(rig, id);
    await rig.store.move({ principal: 'alice', id }, ['working'], 'cancelled');
    expect(await end).toMatchObject({ status: 'cancelled' });
    await expect.poll(() => rig.runner.size).toBe(0);
    await rig.close();
  });

  it('a task change notifies only the watchers of that task, until they stop', async () => {
    const rig = await TaskRig.open();
    const notified: string[] = [];
    const key = (id: string) => ({ principal: 'alice', id });
    const watches = ['a', 'b', 'b'].map((id) => rig.changes.watch([key(id)], () => notified.push(id)));
    rig.changes.notify(key('a'));
    rig.changes.notify({ principal: 'mallory', id: 'b' });
    rig.changes.notify(key('nobody'));
    expect(notified).toEqual(['a']);
    watches[1]!.close();
    rig.changes.notifyAll();
    expect(notified).toEqual(['a', 'a', 'b']);
    for (const watch of watches) watch.close();
    watches[0]!.close();
    expect(rig.changes.size).toBe(0);
    await rig.close();
  });
});
