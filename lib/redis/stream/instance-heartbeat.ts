import { randomBytes } from 'node:crypto';
import type { RedisKeys } from '../keys.js';
import type { RedisCommands } from '../connection/redis-commands.js';

/** The time between two heartbeats of an instance, ms. */
export const heartbeatMs = (instanceTtlMs: number): number => instanceTtlMs / 3;

/**
 * Shows the other instances that this one is alive, from the moment it is first assigned requests (P6). Failed
 * heartbeats are not reported, because the connection reports once that Redis is unreachable.
 */
export class InstanceHeartbeat {
  /** Identifies this instance; a restarted process has a new id. */
  readonly id = randomBytes(9).toString('base64url');
  readonly #commands: RedisCommands;
  readonly #keys: RedisKeys;
  readonly #ttlMs: number;
  #timer: NodeJS.Timeout | undefined;
  #first: Promise<void> | undefined;

  /** @param ttlMs time without a heartbeat after which an instance counts as lost, ms */
  constructor(commands: RedisCommands, keys: RedisKeys, ttlMs: number) {
    this.#commands = commands;
    this.#keys = keys;
    this.#ttlMs = ttlMs;
  }

  /** Resolves once the first heartbeat is sent. Rejects while Redis is unreachable, and can then be called again. */
  start(): Promise<void> {
    this.#first ??= this.#beat().then(
      () =>
        void (this.#timer = setInterval(
          () => void this.#beat().catch(() => undefined),
          heartbeatMs(this.#ttlMs),
        ).unref()),
      (error: unknown) => {
        this.#first = undefined;
        throw error;
      },
    );
    return this.#first;
  }

  /** Whether the instance with this id is alive. */
  async isAlive(id: string): Promise<boolean> {
    return (await this.#commands.send<number>('exists', this.#keys.heartbeat(id))) === 1;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #beat(): Promise<void> {
    await this.#commands.send('set', this.#keys.heartbeat(this.id), '1', 'PX', this.#ttlMs);
  }
}
