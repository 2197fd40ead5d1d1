import { describe, expect, it } from 'vitest';
import { forEachConcurrent } from '../../../lib/server/for-each-concurrent.js';

function counting(count: number) {
  const iterated = { count: 0, ended: false };
  const items = (async function* () {
    try {
      for (; iterated.count < count;) yield iterated.count++;
    } finally {
      iterated.ended = true;
    }
  })();
  return { items, iterated };
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('forEachConcurrent()', () => {
  it('forEachConcurrent() processes each item once, up to 256 at a time', async () => {
    const { items } = counting(1000);
    const done: number[] = [];
    let [running, most] = [0, 0];
    await forEachConcurrent(items, async (item) => {
      most = Math.max(most, ++running);
      await nextTurn();
      running--;
      done.push(item);
    });
    expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, n) => n));
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(256);
  });

  it('forEachConcurrent() stops at the first failure', async () => {
    const { items, iterated } = counting(100_000);
    const iteration = forEachConcurrent(items, async (item) => {
      await nextTurn();
      if (item === 10) throw new Error('unavailable');
    });
    await expect(iteration).rejects.toThrow('unavailable');
    await expect.poll(() => iterated.ended).toBe(true);
    expect(iterated.count).toBeLessThan(10_000);
  });

  it('forEachConcurrent() uses one iterator although the iterable would create several', async () => {
    const done: number[] = [];
    const items = { [Symbol.asyncIterator]: () => counting(3).items };
    await forEachConcurrent(items, async (item) => void done.push(item));
    expect(done).toEqual([0, 1, 2]);
  });
});
