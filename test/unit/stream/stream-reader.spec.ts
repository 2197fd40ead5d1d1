import { take } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { STREAM_START } from '../../../lib/stream/event-log.js';
import { openStream } from '../../../lib/stream/stream-reader.js';
import { ALICE, rig, type Rig, selfCheck, flush } from './rig.js';
import { useFakeTimers } from '../../fixtures/time/fake-timers.js';

let r: Rig;

beforeEach(async () => {
  useFakeTimers();
  r = rig({ historyTtlMs: 10_000, resultTtlMs: 60_000 });
  await r.begin();
});

afterEach(() => {
  r.close();
  expect(vi.getTimerCount()).toBe(0);
});

describe('start of a stream', () => {
  it('a stream opened for the first time begins with the entries sent before', async () => {
    await r.append(3);
    const connection = r.connect();
    await flush();
    expect(connection.summary).toBe('primed 1 2 3');
    expect(connection.events[0]).toEqual({ kind: 'primed', cursor: STREAM_START, isNew: true });
    connection.cut();
  });

  it('a stream opened again without a cursor begins after the newest entry', async () => {
    r.connect().cut();
    await flush();
    const ids = await r.append(3);
    const connection = r.connect();
    await flush();
    await r.append(1, { from: 4 });
    await flush();
    expect(connection.summary).toBe('primed 4');
    expect(connection.events[0]).toEqual({ kind: 'primed', cursor: ids[2] });
    connection.cut();
  });

  it('a stream begins with the first entry when the answer to its first claim was lost', async () => {
    await r.append(2);
    const claim = r.log.claim.bind(r.log);
    vi.spyOn(r.log, 'claim').mockImplementationOnce(async (...args) => {
      await claim(...args);
      throw new Error('answer lost');
    });
    const connection = r.connect();
    await selfCheck();
    expect(connection.summary).toBe('primed 1 2');
    connection.cut();
  });
});

/** maxHistory is 5; `seen` is how many of the appended entries the client has seen. */
const resumes: [name: string, appended: number, seen: number, before: string, after: string][] = [
  ['at the start, nothing appended', 0, 0, 'primed', 'primed 1'],
  ['at the start', 2, 0, 'primed 1 2', 'primed 1 2 3'],
  ['in the middle', 4, 2, 'primed 3 4', 'primed 3 4 5'],
  ['at the newest entry', 4, 4, 'primed', 'primed 5'],
  ['right before the oldest entry kept', 8, 3, 'primed 4 5 6 7 8', 'primed 4 5 6 7 8 9'],
  ['one entry before that', 8, 2, 'primed gap:history 4 5 6 7 8', 'primed gap:history 4 5 6 7 8 9'],
  ['at the start of a trimmed stream', 8, 0, 'primed gap:history 4 5 6 7 8', 'primed gap:history 4 5 6 7 8 9'],
];

describe.each(resumes)('resuming %s', (name, appended, seen, before, after) => {
  it.each([1, 2, 5, 200])(
    `a stream resumed ${name} delivers exactly the missing entries with pages of %i`,
    async (pageSize) => {
      const ids = await r.append(appended);
      const connection = r.connect({ cursor: ids[seen - 1] ?? STREAM_START, pageSize });
      await flush();
      expect(connection.summary).toBe(before);
      await r.append(1, { from: appended + 1 });
      await flush();
      expect(connection.summary).toBe(after);
      connection.cut();
    },
  );
});

describe('gaps', () => {
  it('a gap is signalled once when the history expired behind the cursor', async () => {
    const ids = await r.append(3);
    r.advanceClock(10_000);
    const connection = r.connect({ cursor: ids[0] });
    await flush();
    expect(connection.summary).toBe('primed gap:history');
    expect(connection.events[1]).toMatchObject({ cursor: ids[2] });
    connection.cut();
    const again = r.connect({ cursor: ids[2] });
    await r.append(1, { from: 4 });
    await selfCheck();
    expect(again.summary).toBe('primed 4');
    again.cut();
  });

  it('no gap is signalled to a client that saw every entry long ago', async () => {
    const [id] = await r.append(1);
    r.advanceClock(1_000_000);
    const connection = r.connect({ cursor: id });
    await selfCheck();
    await r.append(1, { from: 2 });
    await flush();
    expect(connection.summary).toBe('primed 2');
    connection.cut();
  });

  it('a gap has the reason unknown when the log does not know the stream', async () => {
    const connection = r.connect({ cursor: '5-0' });
    await selfCheck();
    await r.append(2);
    await selfCheck();
    expect(connection.summary).toBe('primed gap:unknown 1 2');
    expect(connection.events[1]).toMatchObject({ cursor: STREAM_START });
    connection.cut();
  });

  it('a gap carries the cursor right before the next entry, so that resuming there causes no second gap', async () => {
    const ids = await r.append(8);
    const events = r.connect({ cursor: ids[0] });
    await flush();
    expect(events.events[1]).toEqual({ kind: 'gap', reason: 'history', cursor: ids[2] });
    events.cut();
    const again = r.connect({ cursor: ids[2] });
    await flush();
    expect(again.summary).toBe('primed 4 5 6 7 8');
    again.cut();
  });

  it('two gaps are signalled for two holes in the history', async () => {
    const ids = await r.append(7);
    r.broker.fate = () => 'drop';
    const connection = r.connect({ cursor: ids[0] });
    await flush();
    await r.append(8, { from: 8 });
    await selfCheck();
    expect(connection.summary).toBe('primed gap:history 3 4 5 6 7 gap:history 11 12 13 14 15');
    connection.cut();
  });
});

describe('stream of a POST', () => {
  const post = { stream: 'r1' };

  it('the stream of a POST ends with its final message', async () => {
    const connection = r.connect(post);
    await flush();
    await r.append(3, { ...post, final: true });
    await flush();
    expect(connection.summary).toBe('primed 1 2 3! end:final');
    expect(connection.completed).toBe(true);
  });

  const finished: [name: string, seen: number, clock: number, summary: string][] = [
    ['resumed before its final message', 1, 0, 'primed 2 3! end:final'],
    ['resumed after its final message', 3, 0, 'primed end:final'],
    ['resumed right before its final message with the history expired', 2, 10_000, 'primed 3! end:final'],
    ['resumed earlier with the history expired and the result kept', 1, 10_000, 'primed gap:history 3! end:final'],
    ['resumed after its final message with the history expired', 3, 10_000, 'primed end:final'],
    ['resumed after the result expired', 1, 60_000, 'primed gap:unknown'],
  ];

  it.each(finished)(
    'a POST stream %s, with %i entries seen and %i ms passed, delivers "%s"',
    async (_name, seen, clock, summary) => {
      const ids = await r.append(3, { ...post, final: true });
      r.advanceClock(clock);
      const connection = r.connect({ ...post, cursor: ids[seen - 1] });
      await selfCheck();
      expect(connection.summary).toBe(summary);
      connection.cut();
    },
  );

  it('streams of one session receive only their own entries', async () => {
    const connections = ['g', 'r1', 'r2'].map((stream) => r.connect({ stream }));
    await flush();
    await Promise.all(['g', 'r1', 'r2'].map((stream, i) => r.append(2, { stream, from: i * 10 + 1 })));
    await flush();
    expect(connections.map(({ summary }) => summary)).toEqual(['primed 1 2', 'primed 11 12', 'primed 21 22']);
    for (const connection of connections) connection.cut();
  });
});

describe('stream signals', () => {
  it('a stream signal delivers a small entry without a read of the log', async () => {
    const connection = r.connect();
    await flush();
    const read = vi.spyOn(r.log, 'read');
    await r.append(4);
    await flush();
    expect(connection.summary).toBe('primed 1 2 3 4');
    expect(read).not.toHaveBeenCalled();
    connection.cut();
  });

  it('a stream signal of a large entry causes a read of the log', async () => {
    const connection = r.connect();
    await flush();
    const text = 'x'.repeat(100_000);
    await r.log.append(ALICE, 'g', text);
    await flush();
    expect(connection.events[1]).toMatchObject({ kind: 'message', data: text });
    connection.cut();
  });

  it('an entry whose signal was lost is found by the next signal', async () => {
    const connection = r.connect();
    await flush();
    r.broker.fate = (line) => (line.endsWith(' 2') ? 'drop' : 'pass');
    await r.append(3);
    await flush();
    expect(connection.summary).toBe('primed 1 2 3');
    connection.cut();
  });

  it('a newest entry whose signal was lost is found by the self-check, or sooner by an interruption', async () => {
    const connection = r.connect();
    await flush();
    r.broker.fate = () => 'drop';
    await r.append(1);
    await flush();
    expect(connection.summary).toBe('primed');
    await selfCheck();
    expect(connection.summary).toBe('primed 1');
    await r.append(1, { from: 2 });
    r.broker.interrupt();
    await vi.advanceTimersByTimeAsync(100);
    expect(connection.summary).toBe('primed 1 2');
    connection.cut();
  });

  it('an interruption during a read causes another read', async () => {
    const connection = r.connect({ cursor: STREAM_START });
    await flush();
    r.broker.fate = () => 'drop';
    const read = r.log.read.bind(r.log);
    let finish = (): void => undefined;
    vi.spyOn(r.log, 'read').mockImplementationOnce(async (...args) => {
      const page = await read(...args);
      await new Promise<void>((resolve) => (finish = resolve));
      return page;
    });
    await selfCheck();
    await r.append(1);
    r.broker.interrupt();
    finish();
    await flush();
    expect(connection.summary).toBe('primed 1');
    connection.cut();
  });

  it('stream signals that overtake a read repeat no entry', async () => {
    const connection = r.connect({ cursor: STREAM_START });
    await flush();
    const read = r.log.read.bind(r.log);
    let begin = (): void => undefined;
    vi.spyOn(r.log, 'read').mockImplementationOnce(async (...args) => {
      await new Promise<void>((resolve) => (begin = resolve));
      return read(...args);
    });
    await selfCheck();
    await r.append(3);
    await flush();
    begin();
    await flush();
    expect(connection.summary).toBe('primed 1 2 3');
    connection.cut();
  });

  it('a stream signal of an unknown kind causes a read of the log (F18)', async () => {
    const connection = r.connect();
    await flush();
    r.broker.fate = (line) => (line.startsWith('e ') ? 'drop' : 'pass');
    await r.append(1);
    await r.broker.publish(r.log.channel(ALICE), 'z of a newer version');
    await flush();
    expect(connection.summary).toBe('primed 1');
    connection.cut();
  });

  it('stream signals postpone the self-check of a busy stream (P16)', async () => {
    const connection = r.connect();
    await flush();
    const read = vi.spyOn(r.log, 'read');
    for (let i = 0; i < 50; i++) {
      await r.append(1, { from: i + 1 });
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(read).not.toHaveBeenCalled();
    expect(connection.events.length).toBe(51);
    connection.cut();
  });

  it('stream signals of entries that were already read cause no read', async () => {
    r.broker.fate = () => 'hold';
    const connection = r.connect();
    await flush();
    await r.append(3);
    await selfCheck();
    expect(connection.summary).toBe('primed 1 2 3');
    const read = vi.spyOn(r.log, 'read');
    await r.broker.releaseHeld();
    await flush();
    expect(read).not.toHaveBeenCalled();
    connection.cut();
  });

  it('stream signals during a read do not start the self-check timer', async () => {
    const connection = r.connect({ cursor: STREAM_START });
    await flush();
    let finish = (): void => undefined;
    const read = r.log.read.bind(r.log);
    const slow = vi.spyOn(r.log, 'read').mockImplementation(async (...args) => {
      await new Promise<void>((resolve) => (finish = resolve));
      return read(...args);
    });
    await selfCheck();
    const idle = vi.getTimerCount();
    await r.append(1);
    await flush();
    expect([connection.summary, vi.getTimerCount()]).toEqual(['primed 1', idle]);
    slow.mockRestore();
    finish();
    await flush();
    connection.cut();
  });

  it('a quiet stream reads the log once per self-check (P16)', async () => {
    const connection = r.connect({ selfCheckMs: 6000 });
    await flush();
    const read = vi.spyOn(r.log, 'read');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(read.mock.calls.length).toBeGreaterThanOrEqual(7);
    expect(read.mock.calls.length).toBeLessThanOrEqual(15);
    connection.cut();
  });
});

describe.each([
  ['received', 'pass'],
  ['lost', 'drop'],
] as const)('an end whose signal is %s', (name, fate) => {
  it(`the end of a session ends its stream when its signal is ${name}`, async () => {
    const connection = r.connect();
    await flush();
    r.broker.fate = () => fate;
    await r.store.end(ALICE);
    await (fate === 'pass' ? flush() : selfCheck());
    expect(connection.summary).toBe('primed end:ended');
    expect(r.reported).toEqual([]);
  });

  it(`a newer connection ends the older one when its signal is ${name}`, async () => {
    const older = r.connect({ cursor: STREAM_START });
    await flush();
    r.broker.fate = () => fate;
    const newer = r.connect({ cursor: STREAM_START });
    await (fate === 'pass' ? flush() : selfCheck());
    expect([older.summary, newer.summary]).toEqual(['primed end:fenced', 'primed']);
    r.broker.fate = () => 'pass';
    expect(await r.log.append(ALICE, 'g', '1')).toMatchObject({ listening: true });
    await flush();
    expect([older.summary, newer.summary]).toEqual(['primed end:fenced', 'primed 1']);
    newer.cut();
  });
});

describe('unavailable backend', () => {
  it('a client that resumes during an outage keeps its cursor, and its stream opens afterwards (F4)', async () => {
    const ids = await r.append(3);
    const claim = vi.spyOn(r.log, 'claim').mockRejectedValue(new Error('unavailable'));
    r.broker.failures = 1;
    const connection = r.connect({ cursor: ids[0] });
    expect(connection.summary).toBe('primed');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(connection.summary).toBe('primed');
    expect(claim.mock.calls.length).toBeGreaterThan(10);
    expect(claim.mock.calls.length).toBeLessThan(100);
    claim.mockRestore();
    await vi.advanceTimersByTimeAsync(2100);
    expect(connection.summary).toBe('primed 2 3');
    expect(r.reported.length).toBeGreaterThan(10);
    connection.cut();
  });

  it('an outage of the log delays a live stream but loses nothing', async () => {
    const connection = r.connect();
    await flush();
    r.broker.fate = () => 'drop';
    const read = vi.spyOn(r.log, 'read').mockRejectedValue(new Error('unavailable'));
    await r.append(3);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(connection.summary).toBe('primed');
    read.mockRestore();
    await vi.advanceTimersByTimeAsync(1000);
    expect(connection.summary).toBe('primed 1 2 3');
    connection.cut();
  });

  it('a stream whose claim the log has lost is claimed again', async () => {
    const connection = r.connect({ cursor: STREAM_START });
    await flush();
    const read = r.log.read.bind(r.log);
    vi.spyOn(r.log, 'read').mockImplementationOnce(async (...args) => ({ ...(await read(...args)), fence: 0 }));
    await selfCheck();
    await vi.advanceTimersByTimeAsync(100);
    expect(r.reported).toEqual([new Error('The event log lost the claim of an open stream; claiming again.')]);
    expect((await r.log.read(ALICE, 'g', STREAM_START, 1)).fence).toBe(2);
    await r.append(1);
    await flush();
    expect(connection.summary).toBe('primed 1');
    connection.cut();
  });

  it('a log that lost its newest entries causes one gap (F6)', async () => {
    const ids = await r.append(3);
    const connection = r.connect({ cursor: ids[2] });
    await flush();
    const forked = rig();
    await forked.begin();
    const [newest] = await forked.append(1);
    vi.spyOn(r.log, 'read').mockImplementation(async (...args) => ({ ...(await forked.log.read(...args)), fence: 1 }));
    await selfCheck();
    await selfCheck();
    expect(connection.summary).toBe('primed gap:history');
    expect(connection.events[1]).toMatchObject({ cursor: newest });
    connection.cut();
    forked.close();
  });
});

describe('closing a stream', () => {
  const resources = () => ({
    ...r.broker.inner.sizes,
    interruptions: r.broker.interruptionListeners,
    timers: vi.getTimerCount(),
  });
  const none = { channels: 0, listeners: 0, queued: 0, interruptions: 0, timers: 2 };

  it('closing a stream releases its claim, channel, listener and timer', async () => {
    const connection = r.connect();
    await flush();
    expect(resources()).toEqual({ ...none, channels: 1, listeners: 1, interruptions: 1, timers: 3 });
    connection.cut();
    await flush();
    expect(resources()).toEqual(none);
    expect(await r.log.append(ALICE, 'g', '1')).toMatchObject({ listening: false });
    expect(connection.completed).toBe(false);
  });

  it.each(['claim', 'read', 'subscribe'] as const)(
    'closing a stream during %s releases what that call acquires',
    async (step) => {
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
      await flush();
      connection.cut();
      finish();
      await flush();
      expect(resources()).toEqual(none);
      expect(await r.log.append(ALICE, 'g', '1')).toMatchObject({ listening: false });
    },
  );

  it.each([1, 2, 3])('closing a stream while event %i is delivered releases everything', async (count) => {
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
    await flush();
    expect(seen.length).toBe(count);
    expect(resources()).toEqual(none);
    expect(r.reported).toEqual([]);
  });

  it('a stream that ends releases its claim, channel, listener and timer', async () => {
    r.connect({ stream: 'r1' });
    r.connect({ stream: 'g' });
    await flush();
    await r.append(1, { stream: 'r1', final: true });
    await r.store.end(ALICE);
    await flush();
    expect(resources()).toEqual(none);
    expect(r.log.sizes.streams).toBe(0);
  });
});
