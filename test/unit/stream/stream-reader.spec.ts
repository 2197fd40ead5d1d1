import { take } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { STREAM_START } from '../../../lib/stream/event-log.js';
import { openStream } from '../../../lib/stream/stream-reader.js';
import { ALICE, rig, type Rig, selfCheck, settle } from './rig.js';

let r: Rig;

beforeEach(async () => {
  vi.useFakeTimers();
  r = rig({ historyTtlMs: 10_000, resultTtlMs: 60_000 });
  await r.begin();
});

afterEach(() => {
  r.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('where a stream begins', () => {
  it('is the start when it was never open before: what was sent before the first GET is not lost', async () => {
    await r.append(3);
    const connection = r.connect();
    await settle();
    expect(connection.story).toBe('primed 1 2 3');
    expect(connection.events[0]).toEqual({ kind: 'primed', cursor: STREAM_START });
    connection.cut();
  });

  it('is the tail when it was open before', async () => {
    r.connect().cut();
    await settle();
    const ids = await r.append(3);
    const connection = r.connect();
    await settle();
    await r.append(1, { from: 4 });
    await settle();
    expect(connection.story).toBe('primed 4');
    expect(connection.events[0]).toEqual({ kind: 'primed', cursor: ids[2] });
    connection.cut();
  });

  it('is the start also when the first claim was made but its answer was lost', async () => {
    await r.append(2);
    const claim = r.log.claim.bind(r.log);
    vi.spyOn(r.log, 'claim').mockImplementationOnce(async (...args) => {
      await claim(...args);
      throw new Error('answer lost');
    });
    const connection = r.connect();
    await selfCheck();
    expect(connection.story).toBe('primed 1 2');
    connection.cut();
  });
});

/** maxHistory is 5. `cursor`: how many of the appended entries the client has seen. */
const resumes: [name: string, appended: number, seen: number, before: string, after: string][] = [
  ['at the start, nothing appended', 0, 0, 'primed', 'primed 1'],
  ['at the start', 2, 0, 'primed 1 2', 'primed 1 2 3'],
  ['in the middle', 4, 2, 'primed 3 4', 'primed 3 4 5'],
  ['at the tail', 4, 4, 'primed', 'primed 5'],
  ['right before the oldest entry kept', 8, 3, 'primed 4 5 6 7 8', 'primed 4 5 6 7 8 9'],
  ['one before that', 8, 2, 'primed gap:history 4 5 6 7 8', 'primed gap:history 4 5 6 7 8 9'],
  ['at the start of a trimmed stream', 8, 0, 'primed gap:history 4 5 6 7 8', 'primed gap:history 4 5 6 7 8 9'],
];

describe.each(resumes)('resume %s', (_name, appended, seen, before, after) => {
  it.each([1, 2, 5, 200])('with pages of %i', async (pageSize) => {
    const ids = await r.append(appended);
    const connection = r.connect({ cursor: ids[seen - 1] ?? STREAM_START, pageSize });
    await settle();
    expect(connection.story).toBe(before);
    await r.append(1, { from: appended + 1 });
    await settle();
    expect(connection.story).toBe(after);
    connection.cut();
  });
});

describe('gaps', () => {
  it('are told at once when the history expired behind a client, and again by nobody', async () => {
    const ids = await r.append(3);
    r.advanceClock(10_000);
    const connection = r.connect({ cursor: ids[0] });
    await settle();
    expect(connection.story).toBe('primed gap:history');
    expect(connection.events[1]).toMatchObject({ cursor: ids[2] });
    connection.cut();
    const again = r.connect({ cursor: ids[2] });
    await r.append(1, { from: 4 });
    await selfCheck();
    expect(again.story).toBe('primed 4');
    again.cut();
  });

  it('are not told to who saw everything, however long ago', async () => {
    const [id] = await r.append(1);
    r.advanceClock(1_000_000);
    const connection = r.connect({ cursor: id });
    await selfCheck();
    await r.append(1, { from: 2 });
    await settle();
    expect(connection.story).toBe('primed 2');
    connection.cut();
  });

  it('are `unknown` when the log has nothing of the stream', async () => {
    const connection = r.connect({ cursor: '5-0' });
    await selfCheck();
    await r.append(2);
    await selfCheck();
    expect(connection.story).toBe('primed gap:unknown 1 2');
    expect(connection.events[1]).toMatchObject({ cursor: STREAM_START });
    connection.cut();
  });

  it('name the cursor right before the entry that follows, so that a cut in between is no second gap', async () => {
    const ids = await r.append(8);
    const events = r.connect({ cursor: ids[0] });
    await settle();
    expect(events.events[1]).toEqual({ kind: 'gap', reason: 'history', cursor: ids[2] });
    events.cut();
    const again = r.connect({ cursor: ids[2] });
    await settle();
    expect(again.story).toBe('primed 4 5 6 7 8');
    again.cut();
  });

  it('are two when there are two holes', async () => {
    const ids = await r.append(7);
    r.broker.fate = () => 'drop';
    const connection = r.connect({ cursor: ids[0] });
    await settle();
    await r.append(8, { from: 8 });
    await selfCheck();
    expect(connection.story).toBe('primed gap:history 3 4 5 6 7 gap:history 11 12 13 14 15');
    connection.cut();
  });
});

describe('the stream of a POST', () => {
  const post = { stream: 'r1' };

  it('ends with its final message', async () => {
    const connection = r.connect(post);
    await settle();
    await r.append(3, { ...post, final: true });
    await settle();
    expect(connection.story).toBe('primed 1 2 3! end:final');
    expect(connection.completed).toBe(true);
  });

  const finished: [name: string, seen: number, clock: number, story: string][] = [
    ['resumed before it', 1, 0, 'primed 2 3! end:final'],
    ['resumed after it: nothing is sent twice', 3, 0, 'primed end:final'],
    ['resumed at it, the history gone', 2, 10_000, 'primed 3! end:final'],
    ['resumed before it, the history gone: the result is not', 1, 10_000, 'primed gap:history 3! end:final'],
    ['resumed after it, the history gone', 3, 10_000, 'primed end:final'],
    ['resumed after the result expired', 1, 60_000, 'primed gap:unknown'],
  ];

  it.each(finished)('%s', async (_name, seen, clock, story) => {
    const ids = await r.append(3, { ...post, final: true });
    r.advanceClock(clock);
    const connection = r.connect({ ...post, cursor: ids[seen - 1] });
    await selfCheck();
    expect(connection.story).toBe(story);
    connection.cut();
  });

  it('does not hear the other streams of its session', async () => {
    const connections = ['g', 'r1', 'r2'].map((stream) => r.connect({ stream }));
    await settle();
    await Promise.all(['g', 'r1', 'r2'].map((stream, i) => r.append(2, { stream, from: i * 10 + 1 })));
    await settle();
    expect(connections.map(({ story }) => story)).toEqual(['primed 1 2', 'primed 11 12', 'primed 21 22']);
    for (const connection of connections) connection.cut();
  });
});

describe('signals', () => {
  it('bring small entries without a read of the log', async () => {
    const connection = r.connect();
    await settle();
    const tail = vi.spyOn(r.log, 'read');
    await r.append(4);
    await settle();
    expect(connection.story).toBe('primed 1 2 3 4');
    expect(tail).not.toHaveBeenCalled();
    connection.cut();
  });

  it('of large entries lead to the log', async () => {
    const connection = r.connect();
    await settle();
    const text = 'x'.repeat(100_000);
    await r.log.append(ALICE, 'g', text);
    await settle();
    expect(connection.events[1]).toMatchObject({ kind: 'message', data: text });
    connection.cut();
  });

  it('that are lost are found by the next one', async () => {
    const connection = r.connect();
    await settle();
    r.broker.fate = (line) => (line.endsWith(' 2') ? 'drop' : 'pass');
    await r.append(3);
    await settle();
    expect(connection.story).toBe('primed 1 2 3');
    connection.cut();
  });

  it('whose last one is lost are found by the self-check, and by an interruption sooner', async () => {
    const connection = r.connect();
    await settle();
    r.broker.fate = () => 'drop';
    await r.append(1);
    await settle();
    expect(connection.story).toBe('primed');
    await selfCheck();
    expect(connection.story).toBe('primed 1');
    await r.append(1, { from: 2 });
    r.broker.interrupt();
    await vi.advanceTimersByTimeAsync(100);
    expect(connection.story).toBe('primed 1 2');
    connection.cut();
  });

  it('that interrupt a read which is under way cause another one', async () => {
    const connection = r.connect({ cursor: STREAM_START });
    await settle();
    r.broker.fate = () => 'drop';
    const tail = r.log.read.bind(r.log);
    let finish = (): void => undefined;
    vi.spyOn(r.log, 'read').mockImplementationOnce(async (...args) => {
      const page = await tail(...args);
      await new Promise<void>((resolve) => (finish = resolve));
      return page;
    });
    await selfCheck();
    await r.append(1);
    r.broker.interrupt();
    finish();
    await settle();
    expect(connection.story).toBe('primed 1');
    connection.cut();
  });

  it('that overtake a read repeat nothing', async () => {
    const connection = r.connect({ cursor: STREAM_START });
    await settle();
    const tail = r.log.read.bind(r.log);
    let begin = (): void => undefined;
    vi.spyOn(r.log, 'read').mockImplementationOnce(async (...args) => {
      await new Promise<void>((resolve) => (begin = resolve));
      return tail(...args);
    });
    await selfCheck();
    await r.append(3);
    await settle();
    begin();
    await settle();
    expect(connection.story).toBe('primed 1 2 3');
    connection.cut();
  });

  it('of an unknown kind lead to the log (F18)', async () => {
    const connection = r.connect();
    await settle();
    r.broker.fate = (line) => (line.startsWith('e ') ? 'drop' : 'pass');
    await r.append(1);
    await r.broker.publish(r.log.channel(ALICE), 'z of a newer version');
    await settle();
    expect(connection.story).toBe('primed 1');
    connection.cut();
  });

  it('spare a busy stream its self-check (P16)', async () => {
    const connection = r.connect();
    await settle();
    const tail = vi.spyOn(r.log, 'read');
    for (let i = 0; i < 50; i++) {
      await r.append(1, { from: i + 1 });
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(tail).not.toHaveBeenCalled();
    expect(connection.events.length).toBe(51);
    connection.cut();
  });

  it('of what was read already cost no read of their own', async () => {
    r.broker.fate = () => 'hold';
    const connection = r.connect();
    await settle();
    await r.append(3);
    await selfCheck();
    expect(connection.story).toBe('primed 1 2 3');
    const tail = vi.spyOn(r.log, 'read');
    await r.broker.releaseHeld();
    await settle();
    expect(tail).not.toHaveBeenCalled();
    connection.cut();
  });

  it('that ring during a read do not set its timer going', async () => {
    const connection = r.connect({ cursor: STREAM_START });
    await settle();
    let finish = (): void => undefined;
    const tail = r.log.read.bind(r.log);
    const slow = vi.spyOn(r.log, 'read').mockImplementation(async (...args) => {
      await new Promise<void>((resolve) => (finish = resolve));
      return tail(...args);
    });
    await selfCheck();
    const idle = vi.getTimerCount();
    await r.append(1);
    await settle();
    expect([connection.story, vi.getTimerCount()]).toEqual(['primed 1', idle]);
    slow.mockRestore();
    finish();
    await settle();
    connection.cut();
  });

  it('do not make a quiet stream read more than once per self-check (P16)', async () => {
    const connection = r.connect({ selfCheckMs: 6000 });
    await settle();
    const tail = vi.spyOn(r.log, 'read');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tail.mock.calls.length).toBeGreaterThanOrEqual(7);
    expect(tail.mock.calls.length).toBeLessThanOrEqual(15);
    connection.cut();
  });
});

describe.each([
  ['heard', 'pass'],
  ['lost', 'drop'],
] as const)('an end whose signal is %s', (_name, fate) => {
  it('of the session ends the stream', async () => {
    const connection = r.connect();
    await settle();
    r.broker.fate = () => fate;
    await r.store.end(ALICE);
    await (fate === 'pass' ? settle() : selfCheck());
    expect(connection.story).toBe('primed end:ended');
    expect(r.reported).toEqual([]);
  });

  it('by a newer connection ends the older one', async () => {
    const older = r.connect({ cursor: STREAM_START });
    await settle();
    r.broker.fate = () => fate;
    const newer = r.connect({ cursor: STREAM_START });
    await (fate === 'pass' ? settle() : selfCheck());
    expect([older.story, newer.story]).toEqual(['primed end:fenced', 'primed']);
    r.broker.fate = () => 'pass';
    expect(await r.log.append(ALICE, 'g', '1')).toMatchObject({ listening: true });
    await settle();
    expect([older.story, newer.story]).toEqual(['primed end:fenced', 'primed 1']);
    newer.cut();
  });
});

describe('a backend that is away', () => {
  it('leaves a resuming client with its cursor, and the stream opens when it is back (F4)', async () => {
    const ids = await r.append(3);
    const claim = vi.spyOn(r.log, 'claim').mockRejectedValue(new Error('away'));
    r.broker.failures = 1;
    const connection = r.connect({ cursor: ids[0] });
    expect(connection.story).toBe('primed');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(connection.story).toBe('primed');
    expect(claim.mock.calls.length).toBeGreaterThan(10);
    expect(claim.mock.calls.length).toBeLessThan(100);
    claim.mockRestore();
    await vi.advanceTimersByTimeAsync(2100);
    expect(connection.story).toBe('primed 2 3');
    expect(r.reported.length).toBeGreaterThan(10);
    connection.cut();
  });

  it('delays a live stream but loses nothing', async () => {
    const connection = r.connect();
    await settle();
    r.broker.fate = () => 'drop';
    const tail = vi.spyOn(r.log, 'read').mockRejectedValue(new Error('away'));
    await r.append(3);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(connection.story).toBe('primed');
    tail.mockRestore();
    await vi.advanceTimersByTimeAsync(1000);
    expect(connection.story).toBe('primed 1 2 3');
    connection.cut();
  });

  it('and comes back without the claim is claimed again', async () => {
    const connection = r.connect({ cursor: STREAM_START });
    await settle();
    const tail = r.log.read.bind(r.log);
    vi.spyOn(r.log, 'read').mockImplementationOnce(async (...args) => ({ ...(await tail(...args)), fence: 0 }));
    await selfCheck();
    await vi.advanceTimersByTimeAsync(100);
    expect(r.reported).toEqual([new Error('The event log lost the claim of an open stream; claiming again.')]);
    expect((await r.log.read(ALICE, 'g', STREAM_START, 1)).fence).toBe(2);
    await r.append(1);
    await settle();
    expect(connection.story).toBe('primed 1');
    connection.cut();
  });

  it('and lost the newest entries is a gap, once (F6)', async () => {
    const ids = await r.append(3);
    const connection = r.connect({ cursor: ids[2] });
    await settle();
    const forked = rig();
    await forked.begin();
    const [kept] = await forked.append(1);
    vi.spyOn(r.log, 'read').mockImplementation(async (...args) => ({ ...(await forked.log.read(...args)), fence: 1 }));
    await selfCheck();
    await selfCheck();
    expect(connection.story).toBe('primed gap:history');
    expect(connection.events[1]).toMatchObject({ cursor: kept });
    connection.cut();
    forked.close();
  });
});

describe('leaving', () => {
  const held = () => ({
    ...r.broker.inner.sizes,
    interruptions: r.broker.interruptionListeners,
    timers: vi.getTimerCount(),
  });
  const nothing = { channels: 0, listeners: 0, queued: 0, interruptions: 0, timers: 2 };

  it('releases claim, channel, listener and timer', async () => {
    const connection = r.connect();
    await settle();
    expect(held()).toEqual({ ...nothing, channels: 1, listeners: 1, interruptions: 1, timers: 3 });
    connection.cut();
    await settle();
    expect(held()).toEqual(nothing);
    expect(await r.log.append(ALICE, 'g', '1')).toMatchObject({ listening: false });
    expect(connection.completed).toBe(false);
  });

  it.each(['claim', 'read', 'subscribe'] as const)('while %s is under way releases what it brings', async (step) => {
    let finish = (): void => undefined;
    const target = (step === 'subscribe' ? r.broker : r.log) as unknown as Record<
      string,
      (...args: unknown[]) => Promise<unknown>
    >;
    const real = target[step]!.bind(target);
    vi.spyOn(target, step).mockImplementationOnce(async (...args) => {
      const result = await real(...args);
      await new Promise<void>((resolve) => (finish = resolve));
      return result;
    });
    const connection = r.connect();
    await settle();
    connection.cut();
    finish();
    await settle();
    expect(held()).toEqual(nothing);
    expect(await r.log.append(ALICE, 'g', '1')).toMatchObject({ listening: false });
  });

  it.each([1, 2, 3])('from inside event %i is fine', async (count) => {
    const ids = await r.append(4);
    const seen: string[] = [];
    openStream({
      log: r.log,
      broker: r.broker,
      session: ALICE,
      stream: 'g',
      cursor: ids[0],
      report: (e) => r.reported.push(e),
    })
      .pipe(take(count))
      .subscribe(({ kind }) => seen.push(kind));
    await settle();
    expect(seen.length).toBe(count);
    expect(held()).toEqual(nothing);
    expect(r.reported).toEqual([]);
  });

  it('is done by the stream itself when it ends', async () => {
    r.connect({ stream: 'r1' });
    r.connect({ stream: 'g' });
    await settle();
    await r.append(1, { stream: 'r1', final: true });
    await r.store.end(ALICE);
    await settle();
    expect(held()).toEqual(nothing);
    expect(r.log.sizes.streams).toBe(0);
  });
});
