import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryMessageBroker } from '../../../lib/memory/memory-message-broker.js';
import { KnownSessions } from '../../../lib/redis/session/known-sessions.js';
import { SessionNews } from '../../../lib/redis/session/session-news.js';
import { sessionKeyText } from '../../../lib/session/session-key.js';
import type { SessionRecord } from '../../../lib/session/session-record.js';

const recordOf = (id: string, capabilities = {}): SessionRecord => ({
  ...{ principal: 'alice', id, revision: '2025-11-25', clientCapabilities: capabilities, initialized: true },
});

describe('KnownSessions', () => {
  let broker: MemoryMessageBroker;
  let known: KnownSessions;
  beforeEach(async () => {
    broker = new MemoryMessageBroker({ onError: () => undefined });
    known = new KnownSessions(new SessionNews(broker, 'c'), 60_000);
    known.expect(recordOf('warm-up'), true);
    await expect.poll(() => broker.sizes.listeners).toBe(1);
  });

  it.each([
    ['has changed', ''],
    ['has ended', '-'],
  ])('forgets a session that %s', async (_, news) => {
    learn(recordOf('1'));
    expect(known.get(recordOf('1'))).toBeDefined();
    await broker.publish('c', news + sessionKeyText(recordOf('1')));
    await expect.poll(() => known.get(recordOf('1'))).toBeUndefined();
  });

  const learn = (record: SessionRecord): void => known.expect(record, true)(record);

  it('keeps at most ten thousand sessions, and those that were read last', () => {
    for (let i = 0; i < 10_100; i++) learn(recordOf(`${i}`));
    expect(known.size).toBe(10_000);
    expect(known.get(recordOf('99'))).toBeUndefined();
    expect(known.get(recordOf('10099'))).toBeDefined();
  });

  it('keeps fewer if their clients have said much of themselves', () => {
    const capabilities = { experimental: { text: 'x'.repeat(8000) } };
    for (let i = 0; i < 2000; i++) learn(recordOf(`${i}`, capabilities));
    expect(known.size).toBeLessThan(1000);
    expect(known.size).toBeGreaterThan(500);
  });

  it('does not keep a record that was read before somebody told of its end', async () => {
    const read = known.expect(recordOf('1'), true);
    await broker.publish('c', sessionKeyText(recordOf('1')));
    learn(recordOf('2'));
    await broker.publish('c', sessionKeyText(recordOf('2')));
    await expect.poll(() => known.get(recordOf('2'))).toBeUndefined();
    read(recordOf('1'));
    expect(known.get(recordOf('1'))).toBeUndefined();
  });

  it('keeps no more of them while their reads fail', () => {
    for (let i = 0; i < 10_100; i++) known.expect(recordOf(`${i}`), true);
    expect(known.size).toBe(10_000);
  });

  it('keeps nothing of a session that does not exist', () => {
    known.expect(recordOf('1'), true)(undefined);
    expect(known.size).toBe(0);
  });
});
