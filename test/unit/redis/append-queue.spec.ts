import { describe, expect, it } from 'vitest';
import { AppendQueue, type Item } from '../../../lib/redis/stream/append-queue.js';
import { BackendUnavailableError } from '../../../lib/session/backend-unavailable.js';

interface Call {
  readonly target: string;
  readonly texts: string[];
  readonly counter: number;
}

function lanes(fail: (call: Call) => Error | undefined = () => undefined, patienceMs = 5000, more = {}) {
  const calls: Call[] = [];
  let running = 0;
  const most = { running: 0 };
  const send = async (target: string, items: readonly Item[], counter: number): Promise<string[]> => {
    const call = { target, texts: items.map(({ data }) => data), counter };
    calls.push(call);
    most.running = Math.max(most.running, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    const error = fail(call);
    if (error) throw error;
    return items.map(({ data }) => `${target} ${data}`);
  };
  const all = new AppendQueue<string, string>({ send, patienceMs, ...more });
  const append = (lane: string, data: string) => all.append(lane, lane, { data, final: false });
  return { all, append, calls, most };
}

describe('Append lanes', () => {
  it('one call at a time per stream, and one for all that a tick produced', async () => {
    const { append, calls, most } = lanes();
    const first = Promise.all(['1', '2', '3'].map((text) => append('a', text)));
    await Promise.resolve();
    const later = Promise.all(['4', '5'].map((text) => append('a', text)));
    expect(await first).toEqual(['a 1', 'a 2', 'a 3']);
    expect(await later).toEqual(['a 4', 'a 5']);
    expect(calls.map(({ texts }) => texts)).toEqual([
      ['1', '2', '3'],
      ['4', '5'],
    ]);
    expect(most.running).toBe(1);
  });

  it('streams do not wait for each other', async () => {
    const { append, most } = lanes();
    await Promise.all(['a', 'b', 'c'].map((lane) => append(lane, '1')));
    expect(most.running).toBe(3);
  });

  it('a call whose fate is unknown is repeated as it was, with its number, before the next one', async () => {
    const { append, calls } = lanes(({ counter }) =>
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

  it('is not tried for ever, and what Redis refuses is not tried again', async () => {
    const away = lanes(() => new BackendUnavailableError('away'), 150);
    await expect(away.append('a', '1')).rejects.toThrow(BackendUnavailableError);
    expect(away.calls.length).toBeGreaterThan(1);
    const refused = lanes(() => new Error('OOM'));
    await expect(refused.append('a', '1')).rejects.toThrow('OOM');
    expect(refused.calls).toHaveLength(1);
    expect([away.all.waiting, refused.all.waiting]).toEqual([0, 0]);
  });

  it('P10 what waits is bounded in number and in size', async () => {
    const { all, append } = lanes(undefined, 5000, { maxWaiting: 3, maxWaitingCharacters: 100 });
    const waiting = Promise.all(['1', '2', '3'].map((text) => append('a', text)));
    await expect(append('a', '4')).rejects.toThrow(BackendUnavailableError);
    await waiting;
    const large = append('a', 'x'.repeat(100));
    await expect(append('b', '5')).rejects.toThrow(BackendUnavailableError);
    await large;
    expect(all.waiting).toBe(0);
  });

  it('gives up when it is closed', async () => {
    const { all, append } = lanes(() => new BackendUnavailableError('away'), 60_000);
    const waiting = append('a', '1');
    setTimeout(() => all.close(), 20);
    await expect(waiting).rejects.toThrow(BackendUnavailableError);
  });
});
