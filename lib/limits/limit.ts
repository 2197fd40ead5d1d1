/**
 * How often something may be used, and how many times at once. In a fleet on Redis it counts for all instances together,
 * otherwise for this process.
 *
 * @publicApi
 */
export interface McpLimitOptions {
  /**
   * Uses within `windowMs`. So many are free at once, and used ones come back evenly: with 60 in a minute one each
   * second. Default: none, only `concurrent` counts.
   */
  readonly limit?: number;
  /** The time in which `limit` uses come back, in ms. Default: 60 000 (1 min). */
  readonly windowMs?: number;
  /** Uses at the same time. Default: none, only `limit` counts. */
  readonly concurrent?: number;
  /**
   * Whether each client has this limit for itself, or all share it. A client is a principal, or the address of anonymous
   * ones as the framework tells it. Default: `client`.
   */
  readonly per?: 'client' | 'server';
}

/** A limit with its defaults. At least one of `limit` and `concurrent` is set. */
export interface Limit {
  /** What it limits, such as `tool:forecast`; the same on all instances. */
  readonly what: string;
  /** Which of the limits of this it is, from 0. */
  readonly index: number;
  readonly limit: number | undefined;
  readonly windowMs: number;
  readonly concurrent: number | undefined;
  readonly per: 'client' | 'server';
}

export const limitsOf = (what: string, options: readonly McpLimitOptions[]): Limit[] =>
  options.map(({ limit, windowMs = 60_000, concurrent, per = 'client' }, index) => ({
    ...{ what, index, limit, windowMs, concurrent, per },
  }));

/** @returns what is wrong, or `undefined` */
export function limitProblem(options: unknown): string | undefined {
  if (typeof options !== 'object' || options === null) return 'is not an object';
  const { limit, windowMs, concurrent, per, ...rest } = options as Record<string, unknown>;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    return `has no field "${unknown}"; its fields are "limit", "windowMs", "concurrent" and "per"`;
  }
  for (const [name, value] of Object.entries({ limit, windowMs, concurrent })) {
    if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= 1)) {
      return `requires "${name}" to be a whole number of at least 1`;
    }
  }
  if (limit === undefined && concurrent === undefined) return 'needs "limit" or "concurrent", or it limits nothing';
  if (per !== undefined && per !== 'client' && per !== 'server') return 'requires "per" to be "client" or "server"';
  return undefined;
}
