import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Broadcast } from '../../../lib/broadcast/broadcast.js';
import { SessionChanges } from '../../../lib/broadcast/session-changes.js';
import type { MessageBroker } from '../../../lib/broker/message-broker.js';
import { encodeStreamSignal } from '../../../lib/stream/stream-signal.js';
import { ALICE, flush, selfCheck } from '../stream/rig.js';
import { type BroadcastRig, broadcastRig } from './rig.js';

const news = (data: unknown, level: 'debug' | 'error' = 'error'): Broadcast => ({ type: 'message', level, data });
const updated = (uri: string): Broadcast => ({ type: 'resource-updated', uri });
const own = (data: unknown) => JSON.stringify({ method: 'notifications/message', params: { level: 'error', data } });

describe('openStandaloneStream()', () => {
  let r: BroadcastRig;
  beforeEach(async () => {
    vi.useFakeTimers();
    r = broadcastRig({ maxHistory: 50 });
    await r.begin();
    await flush();
  });
  afterEach(() => {
    r.close();
  });
  const append = (data: unknown) => r.log.append(ALICE, 'g', own(data));

  it('sends what is for the session and what is for all, each in its order, with positions in both logs', async () => {
    const connection = r.open();
    await flush();
    await append('a');
    const first = await r.announce(news('b'));
    await append('c');
    await r.announce({ type: 'list-changed', list: 'tools' });
    await flush();
    expect(connection.told).toEqual(['a', 'b', 'c', 'notifications/tools/list_changed']);
    const [primed, , second] = connection.events as { cursor?: string; id?: string }[];
    expect(primed!.cursor).toBe('0-0_0-0');
    expect(second!.id).toMatch(new RegExp(`_${first}$`));
    connection.cut();
  });

  it('sends a first connection what was announced since the session began, and a second one only what follows', async () => {
    await r.announce(news('before'));
    const first = r.open();
    await flush();
    expect(first.told).toEqual(['before']);
    first.cut();
    await r.announce(news('between'));
    const second = r.open();
    await flush();
    await r.announce(news('after'));
    await flush();
    expect(second.told).toEqual(['after']);
    second.cut();
  });

  it('sends a client that comes back with its position what it has missed, once', async () => {
    const connection = r.open();
    await flush();
    await r.announce(news('seen'));
    await flush();
    connection.cut();
    await r.announce(news('missed'));
    await append('missed too');
    const back = r.open(connection.cursor);
    await flush();
    await r.announce(news('live'));
    await flush();
    expect(back.told.toSorted()).toEqual(['live', 'missed', 'missed too']);
    back.cut();
    const again = r.open(back.cursor);
    await flush();
    expect(again.told).toEqual([]);
    again.cut();
  });

  it('tells of a gap when what was missed is no longer kept, and goes on', async () => {
    const connection = r.open();
    await flush();
    await r.announce(news('seen'));
    await flush();
    connection.cut();
    for (let i = 0; i < 60; i++) await r.announce(news(i));
    const gone = 60 - 50;
    r.restartFeed();
    await flush();
    const back = r.open(connection.cursor);
    await flush();
    expect(back.told).toEqual(['gap', ...Array.from({ length: 50 }, (_, i) => i + gone)]);
    back.cut();
  });

  it('leaves out what the session does not want, also what it wants only from now on, or no longer', async () => {
    const connection = r.open();
    await flush();
    await r.announce(updated('a:1'));
    await r.store.subscribe(ALICE, 'a:1');
    await r.store.update(ALICE, { logLevel: 'error' });
    await r.broker.publish(r.log.channel(ALICE), encodeStreamSignal({ kind: 'changed' }));
    await r.announce(updated('a:1'));
    await r.announce(updated('a:2'));
    await r.announce(news('a detail', 'debug'));
    await r.announce(news('trouble'));
    await flush();
    expect(connection.told).toEqual(['a:1', 'trouble']);
    await r.store.unsubscribe(ALICE, 'a:1');
    await r.broker.publish(r.log.channel(ALICE), encodeStreamSignal({ kind: 'changed' }));
    await r.announce(updated('a:1'));
    await flush();
    expect(connection.told).toEqual(['a:1', 'trouble']);
    connection.cut();
  });

  it('loads what the session wants again after an interruption, whose signals were lost', async () => {
    const connection = r.open();
    await flush();
    r.broker.fate = () => 'drop';
    await r.store.subscribe(ALICE, 'a:1');
    await r.announce(updated('a:1'));
    r.broker.fate = () => 'pass';
    r.broker.interrupt();
    await selfCheck();
    expect(connection.told).toEqual(['a:1']);
    connection.cut();
  });

  describe('an update that was faster than the signal of the subscription before it', () => {
    /** Subscribes; the signal arrives when `arrive` is called. */
    async function subscribe(uri: string): Promise<() => Promise<void>> {
      await r.store.subscribe(ALICE, uri);
      let text = '';
      const broker = { publish: async (_: string, message: string) => void (text = message) } as MessageBroker;
      await new SessionChanges(broker, r.log, r.feed(), () => undefined).announceSubscription(ALICE);
      return () => r.broker.publish(r.log.channel(ALICE), text).then(flush);
    }

    it('is told once, with those that follow, and not with those before', async () => {
      const connection = r.open();
      await flush();
      await r.announce(updated('a:0'));
      const arrive = await subscribe('a:1');
      const arriveToo = await subscribe('a:0');
      await r.announce(updated('a:1'));
      await r.announce(updated('a:2'));
      await flush();
      expect(connection.told).toEqual([]);
      await arrive();
      await arriveToo();
      expect(connection.told).toEqual(['a:1']);
      await r.announce(updated('a:1'));
      await flush();
      expect(connection.told).toEqual(['a:1', 'a:1']);
      connection.cut();
    });

    it('is told although what the session wants could be loaded at the second attempt only', async () => {
      const connection = r.open();
      await flush();
      const arrive = await subscribe('a:1');
      await r.announce(updated('a:1'));
      await flush();
      const load = r.store.subscriptions.bind(r.store);
      let loads = 0;
      r.store.subscriptions = async (session) => {
        // The first load is overtaken by another change, and the second one fails.
        if (++loads === 1) await r.broker.publish(r.log.channel(ALICE), encodeStreamSignal({ kind: 'changed' }));
        if (loads === 2) throw new Error('The store cannot be reached.');
        return load(session);
      };
      await arrive();
      expect(connection.told).toEqual([]);
      await vi.advanceTimersByTimeAsync(1000);
      expect(loads).toBe(3);
      expect(connection.told).toEqual(['a:1']);
      connection.cut();
    });

    it('is told although so much was announced since that it is not known what was left out', async () => {
      const connection = r.open();
      await flush();
      const arrive = await subscribe('a:1');
      await r.announce(updated('a:1'));
      for (let i = 0; i < 1000; i++) await r.announce(updated('a:2'));
      await flush();
      await arrive();
      expect(connection.told).toEqual(['a:1']);
      connection.cut();
    });

    it('is not told to a client that has cancelled the subscription since', async () => {
      const connection = r.open();
      await flush();
      const arrive = await subscribe('a:1');
      await r.announce(updated('a:1'));
      await flush();
      await r.store.unsubscribe(ALICE, 'a:1');
      await arrive();
      expect(connection.told).toEqual([]);
      connection.cut();
    });
  });

  it('gives a client that wants nothing a new position now and then, so that it does not come back to a gap', async () => {
    const connection = r.open();
    await flush();
    for (let i = 0; i < 250; i++) await r.announce(updated('a:1'));
    await flush();
    expect(connection.told).toEqual([]);
    expect(connection.events.filter(({ kind }) => kind === 'primed')).toHaveLength(3);
    connection.cut();
    const back = r.open(connection.cursor);
    await flush();
    expect(back.told).toEqual([]);
    back.cut();
  });

  it('ends when another connection takes the stream, and hears no more', async () => {
    const older = r.open();
    await flush();
    const newer = r.open();
    await flush();
    await r.announce(news('x'));
    await flush();
    expect([older.completed, older.told, newer.told]).toEqual([true, [], ['x']]);
    newer.cut();
    expect(r.broker.interruptionListeners).toBe(1);
  });

  it('ignores broadcasts that this version does not know', async () => {
    const connection = r.open();
    await flush();
    for (const text of ['{"type":"of-tomorrow"}', '[]', 'no json', '{"type":"message","level":"loud"}']) {
      await r.log.append({ principal: '', id: 'all' }, 'g', text);
    }
    await r.announce(news('x'));
    await flush();
    expect([connection.told, r.reported]).toEqual([['x'], []]);
    connection.cut();
  });
});
