import { bucketOf, type LatencySlice } from '../wire/latency.js';

/** Different things that are called; what a client asks for may have any name. */
const MAX_SERIES = 100;
/** Stands for all that did not fit. */
const REST = '…';

interface Series {
  readonly method: string;
  readonly name: string | undefined;
  count: number;
  errors: number;
  totalMs: number;
  maxMs: number;
  readonly calls: Map<number, number>;
}

/** How long calls took, by what they called, since it was asked before. */
export class Latencies {
  readonly #series = new Map<string, Series>();

  add(method: string, name: string | undefined, milliseconds: number, isError: boolean): void {
    const series = this.#of(method, name);
    series.count++;
    if (isError) series.errors++;
    series.totalMs += milliseconds;
    series.maxMs = Math.max(series.maxMs, milliseconds);
    const bucket = bucketOf(milliseconds);
    series.calls.set(bucket, (series.calls.get(bucket) ?? 0) + 1);
  }

  take(): LatencySlice[] {
    const slices = [...this.#series.values()].map(({ calls, name, totalMs, ...rest }) => ({
      ...rest,
      ...(name !== undefined && { name }),
      totalMs: Math.round(totalMs * 1000) / 1000,
      buckets: [...calls].sort(([a], [b]) => a - b).flat(),
    }));
    this.#series.clear();
    return slices;
  }

  #of(method: string, name: string | undefined): Series {
    const key = `${method} ${name ?? ''}`;
    const known = this.#series.get(key);
    if (known) return known;
    if (this.#series.size >= MAX_SERIES) return this.#open(REST, REST, undefined);
    return this.#open(key, method, name);
  }

  #open(key: string, method: string, name: string | undefined): Series {
    let series = this.#series.get(key);
    if (!series) {
      series = { method, name, count: 0, errors: 0, totalMs: 0, maxMs: 0, calls: new Map() };
      this.#series.set(key, series);
    }
    return series;
  }
}
