import { addBuckets, type LatencySlice, percentile } from '../../../lib/inspector/wire/latency.js';

/** How many calls there were of something, and how long they took. */
export interface Latency {
  readonly count: number;
  readonly errors: number;
  readonly maxMs: number;
  /** `undefined` if there were no calls. */
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
}

export interface LatencyRow extends Latency {
  readonly method: string;
  readonly name: string | undefined;
}

/** Which calls: all when nothing is named. */
export interface Scope {
  readonly instance?: string;
  readonly method?: string;
  readonly name?: string;
}

interface Entry {
  readonly instance: string;
  readonly slice: LatencySlice;
}

interface Bin {
  /** When it began, ms since the epoch by the clock of the page. */
  readonly at: number;
  readonly entries: Entry[];
}

export const BIN_MS = 5000;
/** Ten minutes. */
export const BINS = 120;

/**
 * How long calls took, in the last minutes: for each few seconds the histograms of all instances, which are added up as
 * they are asked for. The clock of the page says when: those of the instances may differ.
 */
export class LatencyHistory {
  readonly #bins: Bin[] = [];

  add(now: number, instance: string, slices: readonly LatencySlice[]): void {
    const at = Math.floor(now / BIN_MS) * BIN_MS;
    if (this.#bins.at(-1)?.at !== at) this.#bins.push({ at, entries: [] });
    this.#bins.at(-1)!.entries.push(...slices.map((slice) => ({ instance, slice })));
    while (this.#bins[0]!.at <= at - BINS * BIN_MS) this.#bins.shift();
  }

  /** By what they called, the most called first. */
  rows(scope: Pick<Scope, 'instance'>): readonly LatencyRow[] {
    const groups = new Map<string, LatencySlice[]>();
    for (const { slice } of this.#entries(scope)) {
      const key = JSON.stringify([slice.method, slice.name]);
      const group = groups.get(key);
      if (group) group.push(slice);
      else groups.set(key, [slice]);
    }
    return [...groups.values()]
      .map((slices) => ({ method: slices[0]!.method, name: slices[0]!.name, ...merged(slices) }))
      .sort((a, b) => b.count - a.count);
  }

  total(scope: Scope): Latency {
    return merged(this.#entries(scope).map(({ slice }) => slice));
  }

  /** One entry for each few seconds up to now, the oldest first; those without calls as well. */
  series(now: number, scope: Scope): readonly (Latency & { readonly at: number })[] {
    const last = Math.floor(now / BIN_MS) * BIN_MS;
    const first = Math.max(this.#bins[0]?.at ?? last, last - (BINS - 1) * BIN_MS);
    const bins = new Map(this.#bins.map((bin) => [bin.at, bin]));
    return Array.from({ length: (last - first) / BIN_MS + 1 }, (_, index) => {
      const at = first + index * BIN_MS;
      const entries = bins.get(at)?.entries ?? [];
      return { at, ...merged(entries.filter((one) => isIn(one, scope)).map(({ slice }) => slice)) };
    });
  }

  #entries(scope: Scope): readonly Entry[] {
    return this.#bins.flatMap(({ entries }) => entries.filter((one) => isIn(one, scope)));
  }
}

const isIn = ({ instance, slice }: Entry, scope: Scope): boolean =>
  (scope.instance === undefined || scope.instance === instance) &&
  (scope.method === undefined || (scope.method === slice.method && scope.name === slice.name));

function merged(slices: readonly LatencySlice[]): Latency {
  const buckets = new Map<number, number>();
  for (const slice of slices) addBuckets(buckets, slice);
  const sum = (of: (slice: LatencySlice) => number): number => slices.reduce((total, one) => total + of(one), 0);
  return {
    count: sum(({ count }) => count),
    errors: sum(({ errors }) => errors),
    maxMs: Math.max(0, ...slices.map(({ maxMs }) => maxMs)),
    p50: percentile(buckets, 0.5),
    p95: percentile(buckets, 0.95),
    p99: percentile(buckets, 0.99),
  };
}
