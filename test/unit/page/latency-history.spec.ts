import { describe, expect, it } from 'vitest';
import { BIN_MS, BINS, LatencyHistory } from '../../../inspector/src/state/latency-history.js';
import { addBuckets, bucketOf, type LatencySlice, percentile } from '../../../lib/inspector/wire/latency.js';

const slice = (durations: readonly number[], name = 'forecast', errors = 0): LatencySlice => {
  const calls = new Map<number, number>();
  for (const ms of durations) addBuckets(calls, { buckets: [bucketOf(ms), 1] });
  return {
    method: 'tools/call',
    name,
    count: durations.length,
    errors,
    totalMs: durations.reduce((sum, ms) => sum + ms, 0),
    maxMs: Math.max(...durations),
    buckets: [...calls].sort(([a], [b]) => a - b).flat(),
  };
};
const times = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

describe('the history of latencies', () => {
  it('histograms of instances are added up: the percentiles are those of one instance with all calls', () => {
    const history = new LatencyHistory();
    history.add(0, 'a', [slice(times(1, 500))]);
    history.add(1000, 'b', [slice(times(500, 1000))]);
    const together = new LatencyHistory();
    together.add(0, 'one', [slice(times(1, 1000))]);
    expect(history.total({})).toEqual(together.total({}));
    const { p50, p95, p99 } = history.total({});
    for (const [found, exact] of [
      [p50, 500],
      [p95, 950],
      [p99, 990],
    ] as const) {
      expect(Math.abs(found! - exact) / exact).toBeLessThan(0.05);
    }
  });

  it('what is asked for is one instance, one tool, or everything', () => {
    const history = new LatencyHistory();
    history.add(0, 'a', [slice([10], 'forecast', 1), slice([20, 30], 'book')]);
    history.add(0, 'b', [slice([40], 'forecast')]);
    expect(history.total({}).count).toBe(4);
    expect(history.total({ instance: 'a' })).toMatchObject({ count: 3, errors: 1, maxMs: 30 });
    expect(history.total({ method: 'tools/call', name: 'forecast' })).toMatchObject({ count: 2, maxMs: 40 });
    expect(history.rows({}).map(({ name, count }) => [name, count])).toEqual([
      ['forecast', 2],
      ['book', 2],
    ]);
  });

  it('its curve has a point for each few seconds, without values where nothing was called', () => {
    const history = new LatencyHistory();
    history.add(0, 'a', [slice([10])]);
    history.add(3 * BIN_MS, 'a', [slice([10, 10])]);
    const series = history.series(3 * BIN_MS + 1, {});
    expect(series.map(({ count }) => count)).toEqual([1, 0, 0, 2]);
    expect(series[1]).toMatchObject({ at: BIN_MS, p50: undefined });
  });

  it('it forgets what is older than its window', () => {
    const history = new LatencyHistory();
    for (let bin = 0; bin < 2 * BINS; bin++) history.add(bin * BIN_MS, 'a', [slice([1])]);
    expect(history.total({}).count).toBe(BINS);
    expect(history.series(2 * BINS * BIN_MS - 1, {})).toHaveLength(BINS);
  });

  it('without calls there is no percentile', () => {
    expect(percentile(new Map(), 0.5)).toBeUndefined();
    expect(new LatencyHistory().total({})).toMatchObject({ count: 0, maxMs: 0, p99: undefined });
    expect(new LatencyHistory().series(0, {})).toHaveLength(1);
  });
});
