import { describe, expect, it, vi } from 'vitest';
import { MemoryMessageBroker } from '../../../lib/memory/memory-message-broker.js';

describe('MemoryMessageBroker', () => {
  it('MemoryMessageBroker reports the error of a listener and still delivers to the other listeners', async () => {
    const reported: unknown[] = [];
    const broker = new MemoryMessageBroker({ onError: (error) => reported.push(error) });
    const received: string[] = [];
    const error = new Error('of the listener');
    await broker.subscribe('a', () => {
      throw error;
    });
    await broker.subscribe('a', (text) => received.push(text));
    await broker.publish('a', '1');
    await broker.publish('a', '2');
    await vi.waitFor(() => expect(reported).toEqual([error, error]));
    expect(received).toEqual(['1', '2']);
  });

  it('MemoryMessageBroker keeps no channel, listener or message after all subscriptions are closed', async () => {
    const broker = new MemoryMessageBroker();
    const subscriptions = await Promise.all(
      Array.from({ length: 100 }, (_, i) => broker.subscribe(`${i % 10}`, () => undefined)),
    );
    expect(broker.sizes).toEqual({ channels: 10, listeners: 100, queued: 0 });
    await Promise.all(subscriptions.map((subscription, i) => broker.publish(`${i % 10}`, 'x')));
    await Promise.all(subscriptions.map((subscription) => subscription.close()));
    await broker.publish('1', 'nobody listens');
    expect(broker.sizes).toEqual({ channels: 0, listeners: 0, queued: 0 });
  });

  it('MemoryMessageBroker does not call a listener after its subscription was closed', async () => {
    const broker = new MemoryMessageBroker();
    const listener = vi.fn();
    const subscription = await broker.subscribe('a', listener);
    const published = broker.publish('a', '1');
    await Promise.all([subscription.close(), published]);
    expect(listener).not.toHaveBeenCalled();
  });

  it('MemoryMessageBroker does not deliver a message to a subscription that began after its publication', async () => {
    const broker = new MemoryMessageBroker();
    const [early, late] = [vi.fn(), vi.fn()];
    await broker.subscribe('a', early);
    const published = broker.publish('a', '1');
    const subscribed = broker.subscribe('a', late);
    await Promise.all([published, subscribed]);
    expect(early).toHaveBeenCalledOnce();
    expect(late).not.toHaveBeenCalled();
  });
});
