import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChangeBus } from '../../../lib/broker/change-bus.js';
import { type ChangeEvent, CorruptChangeError } from '../../../lib/broker/change-event.js';
import { MemoryMessageBroker } from '../../../lib/memory/memory-message-broker.js';
import { FaultyBroker } from '../stream/faulty-broker.js';

const EVENTS: ChangeEvent[] = [
  { type: 'list-changed', list: 'tools' },
  { type: 'resource-updated', uri: 'x:1' },
  { type: 'task-changed', task: { principal: 'alice', id: '1' } },
  { type: 'session-ended', session: { principal: 'alice', id: '1' } },
  { type: 'cancel', session: { principal: 'alice', id: '1' }, requestId: 7 },
  { type: 'cancel', session: { principal: 'alice', id: '1' }, requestId: '7', reason: 'changed my mind' },
];

const listen = (bus: ChangeBus) => {
  const received: ChangeEvent[] = [];
  bus.events$.subscribe((event) => received.push(event));
  return received;
};

describe('ChangeBus', () => {
  let broker: MemoryMessageBroker;
  let reported: unknown[];
  const make = (namespace: string) => new ChangeBus({ broker, namespace, report: (error) => reported.push(error) });

  beforeEach(() => {
    broker = new MemoryMessageBroker();
    reported = [];
  });

  afterEach(() => expect(broker.sizes).toEqual({ channels: 0, listeners: 0, queued: 0 }));

  it('ChangeBus delivers every event to all instances of its namespace, the publisher included, and to no other', async () => {
    const [one, two, other] = [make('a'), make('a'), make('b')];
    const received = [one, two, other].map(listen);
    await Promise.all([one, two, other].map((bus) => bus.start()));
    for (const event of EVENTS) await one.publish(event);
    await vi.waitFor(() => expect(received).toEqual([EVENTS, EVENTS, []]));
    await Promise.all([one, two, other].map((bus) => bus.close()));
  });

  it('ChangeBus ignores event types of a newer version and reports corrupt events without quoting them', async () => {
    const bus = make('a');
    const received = listen(bus);
    await bus.start();
    const corrupt = [
      'secret',
      '',
      'null',
      '[]',
      '5',
      '{}',
      '{"type":5}',
      '{"type":"list-changed","list":"secret"}',
      '{"type":"resource-updated"}',
      '{"type":"task-changed","task":"secret"}',
      '{"type":"session-ended"}',
      '{"type":"cancel","requestId":1}',
      '{"type":"cancel","session":{"principal":"a"},"requestId":1}',
      '{"type":"cancel","session":{"principal":"a","id":"b"},"requestId":{}}',
    ];
    for (const text of [...corrupt, '{"type":"of-version-9"}', '{"type":"__proto__"}', '{"type":"toString"}']) {
      await broker.publish(bus.channel, text);
    }
    await bus.publish(EVENTS[0]!);
    await vi.waitFor(() => expect(received).toEqual([EVENTS[0]]));
    expect(reported.length).toBe(corrupt.length);
    for (const error of reported) {
      expect(error).toBeInstanceOf(CorruptChangeError);
      expect(String(error)).not.toContain('secret');
    }
    await bus.close();
  });

  it('ChangeBus subscribes once although started twice, and completes its observables when closed', async () => {
    const bus = make('a');
    const received = listen(bus);
    const done = vi.fn();
    bus.events$.subscribe({ complete: done });
    bus.interrupted$.subscribe({ complete: done });
    await Promise.all([bus.start(), bus.start()]);
    await bus.publish(EVENTS[0]!);
    await vi.waitFor(() => expect(received.length).toBe(1));
    const starting = bus.start();
    await bus.close();
    await starting;
    await bus.start();
    expect(done).toHaveBeenCalledTimes(2);
  });

  it('ChangeBus can be started again after the broker was unavailable, and forwards interruptions', async () => {
    const faulty = new FaultyBroker();
    faulty.failures = 1;
    const bus = new ChangeBus({ broker: faulty, namespace: 'a', report: () => undefined });
    await expect(bus.start()).rejects.toThrow('unavailable');
    await bus.start();
    const interrupted = vi.fn();
    bus.interrupted$.subscribe(interrupted);
    faulty.interrupt();
    expect(interrupted).toHaveBeenCalledOnce();
    await bus.close();
    expect([faulty.inner.sizes.listeners, faulty.interruptionListeners]).toEqual([0, 0]);
  });
});
