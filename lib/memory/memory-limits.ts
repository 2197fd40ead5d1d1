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

/** The limits of a single process. */
export class MemoryLimits implements LimitStore {
  /** In the order of their last use. */
  readonly #uses = new Map<string, Use>();

  constructor(private readonly now: Clock = steadyClock) {}

  /** Uses that are remembered. */
  get size(): number {
    return this.#uses.size;
  }

  take(limits: readonly Limit[], client: string): Permit | LimitRefusal {
    const now = this.now();
    this.#sweep(now);
    const refusal = this.#refusal(limits, client, now);
    if (refusal) return refusal;
    const held: string[] = [];
    for (const limit of limits) {
      const key = keyOf(limit, client);
      const use = this.#use(key);
      if (limit.limit !== undefined) use.fullAt = Math.max(use.fullAt, now) + limit.windowMs / limit.limit;
      if (limit.concurrent === undefined) continue;
      use.running++;
      held.push(key);
    }
    return held.length === 0 ? NOTHING_HELD : this.#permit(held);
  }

  /** The refusal with the longest wait: whoever waits that long is not refused by another limit. */
  #refusal(limits: readonly Limit[], client: string, now: number): LimitRefusal | undefined {
    let longest: LimitRefusal | undefined;
    for (const limit of limits) {
      const use = this.#uses.get(keyOf(limit, client));
      const retryAfterMs = use ? waitOf(limit, use, now) : 0;
      if (retryAfterMs > (longest?.retryAfterMs ?? 0)) longest = { retryAfterMs: Math.ceil(retryAfterMs), limit };
    }
    return longest;
  }

  #use(key: string): Use {
    const use = this.#uses.get(key) ?? { fullAt: 0, running: 0 };
    // To the end: what was used longest ago is looked at first.
    this.#uses.delete(key);
    this.#uses.set(key, use);
    return use;
  }

  #permit(held: readonly string[]): Permit {
    let isHeld = true;
    return {
      release: () => {
        if (isHeld) for (const key of held) this.#release(key);
        isHeld = false;
      },
    };
  }

  #release(key: string): void {
    const use = this.#uses.get(key);
    if (!use) return;
    use.running--;
    if (use.running <= 0 && use.fullAt <= this.now()) this.#uses.delete(key);
  }

  /** Forgets the oldest two that have come back, so that each use makes room for more than it takes. */
  #sweep(now: number): void {
    let looked = 0;
    for (const [key, use] of this.#uses) {
      if (++looked > 2) return;
      if (use.running > 0) this.#use(key);
      else if (use.fullAt <= now || this.#uses.size > MAX_USES) this.#uses.delete(key);
    }
  }
}

const keyOf = ({ what, index, per }: Limit, client: string): string =>
  per === 'server' ? `${index} ${what}` : `${index} ${what} ${client}`;

/** How long the next use has to wait, in ms; 0 if it need not. */
function waitOf({ limit, windowMs, concurrent }: Limit, { fullAt, running }: Use, now: number): number {
  const rate = limit === undefined ? 0 : Math.max(0, fullAt + windowMs / limit - windowMs - now);
  const busy = concurrent !== undefined && running >= concurrent ? CONCURRENT_RETRY_MS : 0;
  return Math.max(rate, busy);
}
