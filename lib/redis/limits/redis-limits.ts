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

/** Uses of one thing by one client that are asked for together. */
interface Turn {
  readonly limits: readonly Limit[];
  readonly uses: string[];
  readonly taken: Promise<Taken>;
}

interface Taken {
  /** How many of the uses are granted: the first ones. */
  readonly granted: number;
  /** The answer to all others. */
  readonly refusal: LimitRefusal | undefined;
  /** The keys of the leases. */
  readonly held: readonly string[];
}

/** The limits of a fleet. A call does not fail because Redis cannot be reached: each instance then counts for itself. */
export class RedisLimits implements LimitStore {
  readonly #options: RedisLimitsOptions;
  readonly #leases: Leases;
  /** Distinguishes the uses of this instance from those of others. */
  readonly #id = `${randomUUID()}:`;
  #count = 0;
  /** What is asked for in this turn of the event loop. */
  readonly #turn = new Map<string, Turn>();
  /** Set while Redis cannot be reached: no call waits for it then. */
  #retry: NodeJS.Timeout | undefined;

  constructor(options: RedisLimitsOptions) {
    this.#options = options;
    this.#leases = new Leases(options.commands, options.leaseMs);
  }

  take(limits: readonly Limit[], client: string): Permit | LimitRefusal | Promise<Permit | LimitRefusal> {
    const { local } = this.#options;
    if (this.#retry) return local.take(limits, client);
    return this.#joined(limits, client).catch((error: unknown) => {
      this.#leave(error);
      return local.take(limits, client);
    });
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#leases.close();
  }

  /** Uses of one turn of the event loop are asked for together: a busy client does not send a command for each call. */
  async #joined(limits: readonly Limit[], client: string): Promise<Permit | LimitRefusal> {
    const name = `${limits[0]!.what} ${client}`;
    let turn = this.#turn.get(name);
    if (!turn || turn.limits !== limits) {
      if (this.#turn.size === 0) setImmediate(() => this.#turn.clear());
      turn = {
        limits,
        uses: [],
        taken: new Promise((resolve) => setImmediate(resolve)).then(() => this.#take(turn!, client)),
      };
      this.#turn.set(name, turn);
    }
    const number = turn.uses.push(`${this.#id}${(this.#count++).toString(36)}`) - 1;
    const { granted, refusal, held } = await turn.taken;
    if (number >= granted) return refusal!;
    return held.length === 0 ? NOTHING_HELD : this.#leases.hold(held, turn.uses[number]!);
  }

  async #take({ limits, uses }: Turn, client: string): Promise<Taken> {
    const { commands, keys, leaseMs } = this.#options;
    const named = limits.map((limit) => keys.limit(limit, client));
    const figures = limits.flatMap(({ limit = 0, windowMs, concurrent = 0 }) => [limit, windowMs, concurrent]);
    const [granted, refusing, retryAfterMs] = await commands
      .for(client)
      .run<[number, number?, number?]>('takeLimits', named.flat(), [leaseMs, CONCURRENT_RETRY_MS, ...figures, ...uses]);
    const held = named.flatMap(([, leases], i) => (limits[i]!.concurrent === undefined ? [] : [leases]));
    return {
      ...{ granted, held },
      refusal: refusing === undefined ? undefined : { retryAfterMs: retryAfterMs!, limit: limits[refusing - 1]! },
    };
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
