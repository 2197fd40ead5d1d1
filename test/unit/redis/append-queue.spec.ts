import { describe, expect, it } from 'vitest';
import { AppendQueue, type Item } from '../../../lib/redis/stream/append-queue.js';
import { BackendUnavailableError } from '../../../lib/session/backend-unavailable.js';

interface Call {
  readonly target: string;
  readonly texts: string[];
  readonly counter: number;
}

function appendQueue(fail: (call: Call) => Error | undefined = () => undefined, patienceMs = 5000, more = {}) {
  const calls: Call[] = [];
  let running = 0;
  const peak = { running: 0 };
  const send = async (target: string, items: readonly Item[], counter: number): Promise<string[]> => {
    const call = { target, texts: items.map(({ data }) => data), counter };
    calls.push(call);
    peak.running = Math.max(peak.running, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    const error = fail(call);
    if (error) throw error;
    return items.map(({ data }) => `${target} ${data}`);
  };
  const queue = new AppendQueue<string, string>({ send, patienceMs, ...more });
  const append = (stream: string, data: string) => queue.append(stream, stream, { data, final: false });
  return { queue, append, calls, peak };
}

describe('AppendQueue', () => {
  it('AppendQueue sends one call at a time per stream, with all entries of a tick in one call', async () => {
    const { append, calls, peak } = appendQueue();
    const first = Promise.all(['1', '2', '3'].map((text) => append('a', text)));
    await Promise.resolve();
    const later = Promise.all(['4', '5'].map((text) => append('a', text)));
    expect(await first).toEqual(['a 1', 'a 2', 'a 3']);
    expect(await later).toEqual(['a 4', 'a 5']);
    expect(calls.map(({ texts }) => texts)).toEqual([
      ['1', '2', '3'],
      ['4', '5'],
    ]);
    expect(peak.running).toBe(1);
  });

  it('AppendQueue sends calls of different streams concurrently', async () => {
    const { append, peak } = appendQueue();
    await Promise.all(['a', 'b', 'c'].map((stream) => append(stream, '1')));
    expect(peak.running).toBe(3);
  });

  it('AppendQueue repeats a call of unknown outcome unchanged, with its counter, before the next one', async () => {
    const { append, calls } = appendQueue(({ counter }) =>
      counter === 1 && calls.length < 3 ? new BackendUnavailableError('cut') : undefined,
    );
    const first = append('a', '1');
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([first, append('a', '2')]);
    expect(calls.map(({ texts, counter }) => [...texts, counter])).toEqual([
      ['1', 1],
      ['1', 1],
      ['1', 1],
      ['2', 2],
    ]);
  });

  it('AppendQueue stops retrying after patienceMs, and does not retry a call that Redis refuses', async () => {
    const unavailable = appendQueue(() => new BackendUnavailableError('unavailable'), 150);
    await expect(unavailable.append('a', '1')).rejects.toThrow(BackendUnavailableError);
    expect(unavailable.calls.length).toBeGreaterThan(1);
    const refused = appendQueue(() => new Error('OOM'));
    await expect(refused.append('a', '1')).rejects.toThrow('OOM');
    expect(refused.calls).toHaveLength(1);
    expect([unavailable.queue.waiting, refused.queue.waiting]).toEqual([0, 0]);
  });

  it('P10 AppendQueue bounds the number and the size of waiting entries', async () => {
    const { queue, append } = appendQueue(undefined, 5000, { maxWaiting: 3, maxWaitingCharacters: 100 });
    const waiting = Promise.all(['1', '2', '3'].map((text) => append('a', text)));
    await expect(append('a', '4')).rejects.toThrow(BackendUnavailableError);
    await waiting;
    const large = append('a', 'x'.repeat(100));
    await expect(append('b', '5')).rejects.toThrow(BackendUnavailableError);
    await large;
    expect(queue.waiting).toBe(0);
  });

  it('AppendQueue rejects waiting entries when the queue is closed', async () => {
    const { queue, append, calls } = appendQueue(() => new BackendUnavailableError('unavailable'), 60_000);
    const waiting = append('a', '1');
    await expect.poll(() => calls.length).toBeGreaterThan(1);
    queue.close();
    await expect(waiting).rejects.toThrow(BackendUnavailableError);
  });
});
