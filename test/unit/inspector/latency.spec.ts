import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addBuckets, bucketOf, BUCKETS, middleOf, percentile } from '../../../lib/inspector/wire/index.js';

const slice = (...durations: number[]) => ({ buckets: durations.flatMap((ms) => [bucketOf(ms), 1]) });

function sumOf(...slices: { buckets: readonly number[] }[]): Map<number, number> {
  const sum = new Map<number, number>();
  for (const one of slices) addBuckets(sum, one);
  return sum;
}

describe('latencies in buckets', () => {
  it('a duration is at most 4.5 % from the middle of its bucket', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.002, max: 800_000, noNaN: true }), (ms) => {
        expect(Math.abs(middleOf(bucketOf(ms)) / ms - 1)).toBeLessThan(0.045);
      }),
    );
  });

  it.each([
    ['nothing', 0],
    ['less than nothing, after the clock was set back', -5],
    ['what is no number', NaN],
  ])('the first bucket takes %s', (_, ms) => {
    expect(bucketOf(ms)).toBe(0);
  });

  it('the last bucket takes whatever is longer', () => {
    expect(bucketOf(1e12)).toBe(BUCKETS - 1);
    expect(bucketOf(Infinity)).toBe(BUCKETS - 1);
  });

  it('slices of two instances add up to the percentiles of all their calls', () => {
    const fast = slice(...Array.from({ length: 90 }, () => 1));
    const slow = slice(...Array.from({ length: 10 }, () => 200));
    const both = sumOf(fast, slow);
    expect(percentile(both, 0.5)).toBeCloseTo(1, 1);
    expect(percentile(both, 0.9)).toBeCloseTo(1, 1);
    expect(percentile(both, 0.99)! / 200).toBeCloseTo(1, 1);
  });

  it('without calls there is no percentile', () => {
    expect(percentile(new Map(), 0.5)).toBeUndefined();
  });
});
