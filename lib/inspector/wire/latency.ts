/**
 * How long calls of one thing took in one report. Slices of the same method and name are added up, bucket by bucket, over
 * time and over instances, and give the same percentiles as if one instance had had all calls.
 */
export interface LatencySlice {
  /** The JSON-RPC method. */
  readonly method: string;
  /** The tool, prompt or resource; absent for methods without one. `…` stands for all that did not fit. */
  readonly name?: string;
  /** Calls, including errors. */
  readonly count: number;
  /** Calls that ended as `tool-error`, `error`, `refused` or `timeout`. */
  readonly errors: number;
  /** The sum of their durations, ms. */
  readonly totalMs: number;
  /** The longest, ms. */
  readonly maxMs: number;
  /** Pairs of a bucket and the calls in it, in one list: `[bucket, calls, bucket, calls, …]`, ascending. */
  readonly buckets: readonly number[];
}

/** Eight buckets for each doubling: a percentile is off by at most 4.5 %. */
const PER_DOUBLING = 8;

/** The last bucket takes everything longer than about 15 minutes. */
export const BUCKETS = 30 * PER_DOUBLING;

/** Bucket 0 holds what took up to a microsecond, bucket n what took up to 2^(n/8) microseconds. */
export function bucketOf(milliseconds: number): number {
  const bucket = Math.ceil(Math.log2(milliseconds * 1000) * PER_DOUBLING);
  // Also what is no number at all, or less than nothing after the clock was set back.
  return bucket > 0 ? Math.min(bucket, BUCKETS - 1) : 0;
}

/** @returns the middle of a bucket, ms */
export const middleOf = (bucket: number): number => 2 ** ((bucket - 0.5) / PER_DOUBLING) / 1000;

/**
 * The duration that a share of all calls did not exceed.
 *
 * @param buckets calls by bucket, of any number of slices added up
 * @param share 0.5 for the median, 0.95, 0.99
 * @returns ms; `undefined` if there were no calls
 */
export function percentile(buckets: ReadonlyMap<number, number>, share: number): number | undefined {
  const ascending = [...buckets].filter(([, calls]) => calls > 0).sort(([a], [b]) => a - b);
  const total = ascending.reduce((sum, [, calls]) => sum + calls, 0);
  let left = share * total;
  for (const [bucket, calls] of ascending) {
    left -= calls;
    if (left <= 0) return middleOf(bucket);
  }
  const last = ascending.at(-1);
  return last && middleOf(last[0]);
}

/** Adds a slice to calls by bucket. */
export function addBuckets(sum: Map<number, number>, { buckets }: Pick<LatencySlice, 'buckets'>): void {
  for (let at = 0; at + 1 < buckets.length; at += 2) {
    const bucket = buckets[at]!;
    sum.set(bucket, (sum.get(bucket) ?? 0) + buckets[at + 1]!);
  }
}
