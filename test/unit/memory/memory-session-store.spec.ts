import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { steadyClock } from '../../../lib/memory/clock.js';
import { MemorySessionStore } from '../../../lib/memory/memory-session-store.js';
import type { SessionRecord } from '../../../lib/session/session-record.js';
import { useFakeTimers } from '../../fixtures/time/fake-timers.js';

const record = (id: string): SessionRecord => ({
  principal: 'alice',
  id,
  revision: '2025-06-18',
  clientCapabilities: {},
  initialized: true,
});

describe('MemorySessionStore', () => {
  let now = 0;
  let store: MemorySessionStore;

  beforeEach(() => {
    useFakeTimers();
    now = 0;
    store = new MemorySessionStore({ idleTtlMs: 1000, clock: () => now });
  });

  afterEach(() => {
    store.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('MemorySessionStore notifies onEnd listeners once of each session that ended or expired', async () => {
    const ended: string[] = [];
    const stop = store.onEnd(({ id }) => ended.push(id));
    for (const id of ['ended', 'met', 'swept', 'untold']) await store.create(record(id));
    await store.end(record('ended'));
    await store.end(record('ended'));
    now = 1000;
    await store.load(record('met'));
    expect(ended).toEqual(['ended', 'met']);
    await vi.advanceTimersByTimeAsync(1000);
    expect(ended).toEqual(['ended', 'met', 'swept', 'untold']);
    stop();
    await store.create(record('late'));
    await store.end(record('late'));
    expect(ended.length).toBe(4);
  });

  it('MemorySessionStore is empty after 2000 sessions with subscriptions ended or expired (P10)', async () => {
    for (let i = 0; i < 2000; i++) {
      await store.create(record(`${i}`));
      await store.subscribe(record(`${i}`), `x:${i % 50}`);
      if (i % 2) await store.end(record(`${i}`));
    }
    now = 1000;
    await vi.advanceTimersByTimeAsync(1000);
    expect(store.sizes).toEqual({ sessions: 0, ids: 0, principals: 0 });
  });

  it('MemorySessionStore sweeps an expired session although an older one is still in use', async () => {
    await store.create(record('used'));
    await store.create(record('idle'));
    now = 900;
    await store.load(record('used'));
    now = 1000;
    await vi.advanceTimersByTimeAsync(1000);
    expect(store.sizes.sessions).toBe(1);
    expect(await store.peek(record('used'))).toBeDefined();
  });

  it('MemorySessionStore refuses to create a session whose key exists', async () => {
    await store.create(record('1'));
    await expect(store.create(record('1'))).rejects.toThrow('exists');
  });

  it('MemorySessionStore leaves no timer that would keep the process alive', () => {
    vi.useRealTimers();
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    const real = new MemorySessionStore();
    const after = timers();
    real.close();
    useFakeTimers();
    expect(after).toBe(before);
  });
});

describe('steadyClock()', () => {
  it('steadyClock() returns the time of day and ignores later changes of the system clock', () => {
    expect(Math.abs(steadyClock() - Date.now())).toBeLessThan(60_000);
    vi.spyOn(Date, 'now').mockReturnValue(0);
    expect(steadyClock()).toBeGreaterThan(1_600_000_000_000);
    vi.restoreAllMocks();
  });
});

describe('sessions that give way to others', () => {
  it('a full store ends the longest idle session, but none that has an open connection', async () => {
    const small = new MemorySessionStore({ maxSessions: 3 });
    for (const id of ['held', 'idle', 'used']) await small.create(record(id));
    small.hold(record('held'));
    await small.load(record('used'));
    await small.create(record('new'));
    const ids = async (): Promise<string[]> => {
      const found: string[] = [];
      for await (const { id } of small.sessions()) found.push(id);
      return found.toSorted();
    };
    expect(await ids()).toEqual(['held', 'new', 'used']);
    small.release(record('held'));
    await small.create(record('newer'));
    expect(await ids()).toEqual(['new', 'newer', 'used']);
    small.close();
  });

  it('a session that is not used after initialize ends within minutes', async () => {
    let now = 0;
    const store = new MemorySessionStore({ idleTtlMs: 3_600_000, clock: () => now });
    await store.create({ ...record('unused'), initialized: false });
    await store.create({ ...record('used'), initialized: false });
    await store.load(record('used'));
    now = 121_000;
    expect(await store.peek(record('unused'))).toBeUndefined();
    expect(await store.peek(record('used'))).toBeDefined();
    store.close();
  });
});
