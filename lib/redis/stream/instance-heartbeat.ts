import { randomBytes } from 'node:crypto';
import type { RedisKeys } from '../keys.js';
import type { RedisCommands } from '../connection/redis-commands.js';

/**
 * Tells the others that this instance lives, from when it first owes somebody something (P6). Beats that do not get
 * through are not reported: whoever lost Redis tells of that once.
 */
export class InstanceHeartbeat {
  /** Of this instance, in this life of its process. */
  readonly id = randomBytes(9).toString('base64url');
  readonly #commands: RedisCommands;
  readonly #keys: RedisKeys;
  readonly #ttlMs: number;
  #timer: NodeJS.Timeout | undefined;
  #first: Promise<void> | undefined;

  /** @param ttlMs time without a sign after which an instance counts as lost */
  constructor(commands: RedisCommands, keys: RedisKeys, ttlMs: number) {
    this.#commands = commands;
    this.#keys = keys;
    this.#ttlMs = ttlMs;
  }

  /** @returns when the first sign is given; rejects, and can be called again, while Redis is away */
  start(): Promise<void> {
    this.#first ??= this.#beat().then(
      () => void (this.#timer = setInterval(() => void this.#beat().catch(() => undefined), this.#ttlMs / 3).unref()),
      (error: unknown) => {
        this.#first = undefined;
        throw error;
      },
    );
    return this.#first;
  }

  /** Whether that instance lives. */
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
