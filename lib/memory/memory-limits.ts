import type { Limit } from '../limits/limit.js';
import {
  CONCURRENT_RETRY_MS,
  type LimitRefusal,
  type LimitStore,
  NOTHING_HELD,
  type Permit,
} from '../limits/limit-store.js';
import { type Clock, steadyClock } from './clock.js';

/** What one client has used of one limit. */
interface Use {
  /** When all that was used has come back (the "theoretical arrival time" of the generic cell rate algorithm). */
  fullAt: number;
  running: number;
}

/** More are not remembered: whoever calls from that many addresses has more than one limit can hold. */
const MAX_USES = 100_000;
/** So many are not worth a sweep. */
const LEAST_USES = 1000;

/** The limits of a single process. */
export class MemoryLimits implements LimitStore {
  readonly #uses = new Map<string, Use>();
  #sweepAt = LEAST_USES;

  constructor(private readonly now: Clock = steadyClock) {}

  /** Uses that are remembered. */
  get size(): number {
    return this.#uses.size;
  }

  take(limits: readonly Limit[], client: string): Permit | LimitRefusal {
    const now = this.now();
    const uses = limits.map((limit) => this.#uses.get(keyOf(limit, client)));
    const refusal = refusalOf(limits, uses, now);
    if (refusal) return refusal;
    let held: Use[] | undefined;
    for (let i = 0; i < limits.length; i++) {
      const limit = limits[i]!;
      const use = uses[i] ?? this.#add(keyOf(limit, client), now);
      if (limit.limit !== undefined) use.fullAt = Math.max(use.fullAt, now) + limit.windowMs / limit.limit;
      if (limit.concurrent === undefined) continue;
      use.running++;
      (held ??= []).push(use);
    }
    return held ? new MemoryPermit(held) : NOTHING_HELD;
  }

  #add(key: string, now: number): Use {
    if (this.#uses.size >= this.#sweepAt) this.#sweep(now);
    const use = { fullAt: 0, running: 0 };
    this.#uses.set(key, use);
    return use;
  }

  /** Forgets what has come back, and the oldest half if there is too much. What is in use is never forgotten. */
  #sweep(now: number): void {
    for (const [key, { running, fullAt }] of this.#uses) {
      if (running === 0 && fullAt <= now) this.#uses.delete(key);
    }
    if (this.#uses.size >= MAX_USES) {
      let tooMany = this.#uses.size - MAX_USES / 2;
      for (const [key, { running }] of this.#uses) {
        if (tooMany-- <= 0) break;
        if (running === 0) this.#uses.delete(key);
      }
    }
    // When there is twice as much, so that each use costs no more than a part of a sweep.
    this.#sweepAt = Math.min(MAX_USES, Math.max(LEAST_USES, 2 * this.#uses.size));
  }
}

class MemoryPermit implements Permit {
  #isHeld = true;

  constructor(private readonly held: readonly Use[]) {}

  release(): void {
    if (this.#isHeld) for (const use of this.held) use.running--;
    this.#isHeld = false;
  }
}

/** The refusal with the longest wait: whoever waits that long is not refused by another limit. */
function refusalOf(
  limits: readonly Limit[],
  uses: readonly (Use | undefined)[],
  now: number,
): LimitRefusal | undefined {
  let longest: LimitRefusal | undefined;
  for (const [i, limit] of limits.entries()) {
    const use = uses[i];
    const retryAfterMs = use ? waitOf(limit, use, now) : 0;
    if (retryAfterMs > (longest?.retryAfterMs ?? 0)) longest = { retryAfterMs: Math.ceil(retryAfterMs), limit };
  }
  return longest;
}

const keyOf = ({ what, index, per }: Limit, client: string): string =>
  per === 'server' ? `${index} ${what}` : `${index} ${what} ${client}`;

/** How long the next use has to wait, in ms; 0 if it need not. */
function waitOf({ limit, windowMs, concurrent }: Limit, { fullAt, running }: Use, now: number): number {
  const rate = limit === undefined ? 0 : rateWait(windowMs / limit, fullAt - windowMs - now);
  const busy = concurrent !== undefined && running >= concurrent ? CONCURRENT_RETRY_MS : 0;
  return Math.max(rate, busy);
}

function rateWait(intervalMs: number, behindMs: number): number {
  const waitMs = behindMs + intervalMs;
  // Sums of fractions are not exact.
  return waitMs <= Math.min(0.5, intervalMs / 100) ? 0 : waitMs;
}
