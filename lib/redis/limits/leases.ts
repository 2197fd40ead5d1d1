import type { Permit } from '../../limits/limit-store.js';
import type { RedisCommands } from '../connection/redis-commands.js';

/** What this instance uses just now. It says so from time to time, so that what a lost instance used is free again. */
export class Leases {
  /** The uses by the key of their leases. */
  readonly #held = new Map<string, Set<string>>();
  /** The uses that have ended in this turn of the event loop. */
  readonly #ended = new Map<string, string[]>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly commands: RedisCommands,
    private readonly leaseMs: number,
  ) {}

  hold(keys: readonly string[], use: string): Permit {
    for (const key of keys) {
      const uses = this.#held.get(key);
      if (uses) uses.add(use);
      else this.#held.set(key, new Set([use]));
    }
    this.#timer ??= setInterval(() => this.#renew(), this.leaseMs / 3).unref();
    return { release: () => this.#release(keys, use) };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #release(keys: readonly string[], use: string): void {
    for (const key of keys) {
      const uses = this.#held.get(key);
      if (!uses?.delete(use)) continue;
      if (uses.size === 0) this.#held.delete(key);
      this.#giveBack(key, use);
    }
    if (this.#held.size === 0) this.close();
  }

  /** What ends in one turn of the event loop is given back together. One that cannot be given back expires. */
  #giveBack(key: string, use: string): void {
    if (this.#ended.size === 0) {
      setImmediate(() => {
        for (const [one, uses] of this.#ended) this.commands.send('zrem', one, ...uses).catch(() => undefined);
        this.#ended.clear();
      });
    }
    const ended = this.#ended.get(key);
    if (ended) ended.push(use);
    else this.#ended.set(key, [use]);
  }

  #renew(): void {
    // Those that cannot be renewed expire, and the connection reports once that Redis is unreachable.
    for (const [key, uses] of this.#held) {
      this.commands.run('renewLimits', [key], [this.leaseMs, ...uses]).catch(() => undefined);
    }
  }
}
