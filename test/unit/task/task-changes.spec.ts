import { describe, expect, it } from 'vitest';
import { MemoryMessageBroker } from '../../../lib/memory/memory-message-broker.js';
import { ended, started, TaskRig } from './rig.js';

/** Takes every message and delivers none. */
class DeafBroker extends MemoryMessageBroker {
  override async publish(): Promise<void> {}
}

describe('news of tasks', () => {
  it('that were lost are found by looking now and then', async () => {
    const rig = await TaskRig.open({ broker: new DeafBroker(), selfCheckMs: 10 });
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

  it('reach those who wait for that task, and nobody once it is over', async () => {
    const rig = await TaskRig.open();
    const heard: string[] = [];
    const key = (id: string) => ({ principal: 'alice', id });
    const stops = ['a', 'b', 'b'].map((id) => rig.changes.watch(key(id), () => heard.push(id)));
    rig.changes.notify(key('a'));
    rig.changes.notify({ principal: 'mallory', id: 'b' });
    rig.changes.notify(key('nobody'));
    expect(heard).toEqual(['a']);
    stops[1]!();
    rig.changes.notifyAll();
    expect(heard).toEqual(['a', 'a', 'b']);
    for (const stop of stops) stop();
    stops[0]!();
    expect(rig.changes.size).toBe(0);
    await rig.close();
  });
});
