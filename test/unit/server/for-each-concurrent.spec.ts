import { describe, expect, it } from 'vitest';
import { forEachConcurrent } from '../../../lib/server/for-each-concurrent.js';

function counting(count: number) {
  const walked = { count: 0, ended: false };
  const items = (async function* () {
    try {
      for (; walked.count < count;) yield walked.count++;
    } finally {
      walked.ended = true;
    }
  })();
  return { items, walked };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('Walking in lanes', () => {
  it('does each once, many at a time but not all', async () => {
    const { items } = counting(1000);
    const done: number[] = [];
    let [running, most] = [0, 0];
    await forEachConcurrent(items, async (item) => {
      most = Math.max(most, ++running);
      await turn();
      running--;
      done.push(item);
    });
    expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, n) => n));
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(256);
  });

  it('ends the walk at the first failure', async () => {
    const { items, walked } = counting(100_000);
    const walk = forEachConcurrent(items, async (item) => {
      await turn();
      if (item === 10) throw new Error('away');
    });
    await expect(walk).rejects.toThrow('away');
    await expect.poll(() => walked.ended).toBe(true);
    expect(walked.count).toBeLessThan(10_000);
  });

  it('gives every item of an iterable that makes a new iterator each time to one lane only', async () => {
    const done: number[] = [];
    const items = { [Symbol.asyncIterator]: () => counting(3).items };
    await forEachConcurrent(items, async (item) => void done.push(item));
    expect(done).toEqual([0, 1, 2]);
  });
});
