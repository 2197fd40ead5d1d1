import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryEventLog, type MemoryEventLogOptions } from '../../../lib/memory/memory-event-log.js';
import { MemoryMessageBroker } from '../../../lib/memory/memory-message-broker.js';
import { MemorySessionStore } from '../../../lib/memory/memory-session-store.js';
import { compareEntryIds } from '../../../lib/stream/entry-id.js';
import { STREAM_START } from '../../../lib/stream/event-log.js';
import { useFakeTimers } from '../../fixtures/time/fake-timers.js';

const key = { principal: 'alice', id: '1' };
const IDLE_TTL = 1e12;
let now = 0;
let store: MemorySessionStore;
let log: MemoryEventLog;

const make = async (options: Partial<MemoryEventLogOptions> = {}) => {
  const clock = () => now;
  store = new MemorySessionStore({ clock, idleTtlMs: IDLE_TTL });
  log = new MemoryEventLog({ sessions: store, broker: new MemoryMessageBroker(), clock, ...options });
  await store.create({ ...key, revision: '2025-06-18', clientCapabilities: {}, initialized: true });
};

const close = () => {
  log.close();
  store.close();
};

beforeEach(() => {
  useFakeTimers();
  now = 1_000_000;
});

afterEach(() => {
  close();
  expect(vi.getTimerCount()).toBe(0);
});

describe('MemoryEventLog', () => {
  it('MemoryEventLog assigns increasing entry ids even if its clock goes backwards (P11)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.integer({ min: -1e6, max: 1e6 }), fc.constant(0)), { minLength: 1 }),
        async (steps) => {
          await make();
          let last = STREAM_START;
          for (const step of steps) {
            now = Math.max(0, now + step);
            const outcome = await log.append(key, 'g', 'x');
            if (outcome.kind !== 'appended') throw new Error(outcome.kind);
            expect(compareEntryIds(outcome.id, last)).toBeGreaterThan(0);
            last = outcome.id;
          }
          close();
          now = 0;
        },
      ),
    );
    await make();
  });

  it('MemoryEventLog frees an expired history without being read', async () => {
    await make({ historyTtlMs: 5000, resultTtlMs: 20_000 });
    await log.append(key, 'g', 'text');
    await log.append(key, 'r1', 'text', { final: true });
    now += 5000;
    await vi.advanceTimersByTimeAsync(5000);
    expect(log.sizes).toEqual({ sessions: 1, streams: 2, entries: 0, bytes: 0 });
    now += 20_000;
    await vi.advanceTimersByTimeAsync(5000);
    expect(log.sizes).toEqual({ sessions: 1, streams: 1, entries: 0, bytes: 0 });
    await store.end(key);
    expect(log.sizes).toEqual({ sessions: 0, streams: 0, entries: 0, bytes: 0 });
  });

  it('MemoryEventLog frees the log of an expired session without being read', async () => {
    await make();
    await log.append(key, 'g', 'text');
    now += IDLE_TTL;
    await vi.advanceTimersByTimeAsync(30_000);
    expect([store.sizes.sessions, log.sizes.sessions]).toEqual([0, 0]);
  });

  it('MemoryEventLog keeps a claimed stream beyond its TTL although its request is silent', async () => {
    await make({ resultTtlMs: 1000 });
    const fence = (await log.claim(key, 'r1'))!;
    now += 10_000;
    expect((await log.read(key, 'r1', STREAM_START, 1)).known).toBe(true);
    await log.release(key, 'r1', fence);
    now += 10_000;
    expect((await log.read(key, 'r1', STREAM_START, 1)).known).toBe(false);
  });

  it('MemoryEventLog limits a history by bytes, not by characters', async () => {
    await make({ maxHistoryBytes: 100 });
    for (let i = 0; i < 10; i++) await log.append(key, 'g', '🚀'.repeat(10));
    expect(log.sizes).toMatchObject({ entries: 2, bytes: 80 });
  });

  it('MemoryEventLog releases the text of trimmed entries', async () => {
    await make({ maxHistory: 10 });
    for (let i = 0; i < 5000; i++) await log.append(key, 'g', `${i}`);
    const { entries } = await log.read(key, 'g', STREAM_START, 100);
    expect(entries.map(({ data }) => data)).toEqual(Array.from({ length: 10 }, (_, i) => `${4990 + i}`));
    expect(log.sizes).toMatchObject({ entries: 10, bytes: 40 });
  });

  it('MemoryEventLog stores the entry and reports the error when the broker refuses a stream signal', async () => {
    const report = vi.fn();
    const broker = new MemoryMessageBroker();
    vi.spyOn(broker, 'publish').mockRejectedValue(new Error('unavailable'));
    await make({ broker, report });
    expect(await log.append(key, 'g', 'x')).toMatchObject({ kind: 'appended' });
    await vi.advanceTimersByTimeAsync(0);
    expect(report).toHaveBeenCalledOnce();
    expect((await log.read(key, 'g', STREAM_START, 1)).entries.length).toBe(1);
  });

  it('MemoryEventLog uses separate channels for each namespace', async () => {
    await make({ namespace: 'a' });
    const channel = log.channel(key);
    close();
    await make({ namespace: 'b' });
    expect(log.channel(key)).not.toBe(channel);
  });
});
