import { randomUUID } from 'node:crypto';
import type { Limit } from '../../limits/limit.js';
import {
  CONCURRENT_RETRY_MS,
  type LimitRefusal,
  type LimitStore,
  NOTHING_HELD,
  type Permit,
} from '../../limits/limit-store.js';
import type { RedisCommands } from '../connection/redis-commands.js';
import type { RedisKeys } from '../keys.js';
import { Leases } from './leases.js';

/** Time between two attempts to reach a Redis that was unavailable, ms. */
const RETRY_MS = 1000;

export interface RedisLimitsOptions {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  /** Time after which what an instance uses counts no longer, if it does not say that it still does, ms. */
  readonly leaseMs: number;
  /** Counts for this instance alone while Redis cannot be reached. */
  readonly local: LimitStore;
  readonly report: (error: unknown) => void;
}

/** The limits of a fleet. A call does not fail because Redis cannot be reached: each instance then counts for itself. */
export class RedisLimits implements LimitStore {
  readonly #options: RedisLimitsOptions;
  readonly #leases: Leases;
  /** Set while Redis cannot be reached: no call waits for it then. */
  #retry: NodeJS.Timeout | undefined;

  constructor(options: RedisLimitsOptions) {
    this.#options = options;
    this.#leases = new Leases(options.commands, options.leaseMs);
  }

  take(limits: readonly Limit[], client: string): Permit | LimitRefusal | Promise<Permit | LimitRefusal> {
    const { local } = this.#options;
    if (this.#retry) return local.take(limits, client);
    return this.#take(limits, client).catch((error: unknown) => {
      this.#leave(error);
      return local.take(limits, client);
    });
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#leases.close();
  }

  async #take(limits: readonly Limit[], client: string): Promise<Permit | LimitRefusal> {
    const { commands, keys, leaseMs } = this.#options;
    const use = randomUUID();
    const named = limits.map((limit) => keys.limit(limit, client));
    const figures = limits.flatMap(({ limit = 0, windowMs, concurrent = 0 }) => [limit, windowMs, concurrent]);
    const [refused, retryAfterMs] = await commands
      .for(client)
      .run<[number, number] | []>('takeLimits', named.flat(), [use, leaseMs, CONCURRENT_RETRY_MS, ...figures]);
    if (refused !== undefined) return { retryAfterMs: retryAfterMs!, limit: limits[refused - 1]! };
    const held = named.flatMap(([, leases], i) => (limits[i]!.concurrent === undefined ? [] : [leases]));
    return held.length === 0 ? NOTHING_HELD : this.#leases.hold(held, use);
  }

  #leave(error: unknown): void {
    this.#options.report(error);
    this.#retry ??= this.#retryLater();
  }

  #retryLater(): NodeJS.Timeout {
    return setTimeout(() => {
      this.#options.commands.send('time').then(
        () => (this.#retry = undefined),
        () => (this.#retry = this.#retryLater()),
      );
    }, RETRY_MS).unref();
  }
}
