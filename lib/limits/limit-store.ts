import type { Limit } from './limit.js';

/** The right to use something, until it is given back. */
export interface Permit {
  /** Gives back what counts as long as it is used. Further calls have no effect. */
  release(): void;
}

/** Why something may not be used now. */
export interface LimitRefusal {
  /** When to try again, in ms from now: exact for a rate, a guess where somebody else has to end first. */
  readonly retryAfterMs: number;
  readonly limit: Limit;
}

/** Counts who uses what. */
export interface LimitStore {
  /**
   * Uses something that has these limits: all of them allow it, or nothing is counted. Never rejects: a store that
   * cannot be reached counts for its own process meanwhile.
   *
   * @param limits of one thing
   * @param client whose use it is
   */
  take(limits: readonly Limit[], client: string): Permit | LimitRefusal | Promise<Permit | LimitRefusal>;
}

export const isRefusal = (taken: Permit | LimitRefusal): taken is LimitRefusal => 'retryAfterMs' in taken;

export const NOTHING_HELD: Permit = { release() {} };

/** When to try again after somebody else has ended, which nobody knows, ms. */
export const CONCURRENT_RETRY_MS = 1000;
