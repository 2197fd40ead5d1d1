import type { RedisCommands } from './redis-commands.js';

/** Two clocks drift apart by less than a millisecond in this time. */
const LOOK_MS = 60_000;
const RETRY_MS = 1000;

/** Redis's time: an instance's own clock may be wrong, and what one instance seals another one opens (P11). */
export class RedisClock {
  readonly #commands: RedisCommands;
  /** Of the steady clock of this process; unknown until Redis has told its time. */
  #ahead: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(commands: RedisCommands) {
    this.#commands = commands;
    void this.#refresh();
  }

  /** Milliseconds since 1970; by the clock of this process as long as Redis was never there. */
  readonly now = (): number => (this.#ahead === undefined ? Date.now() : Math.floor(performance.now() + this.#ahead));

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #refresh(): Promise<void> {
    const asked = performance.now();
    // Whoever lost Redis tells of that once; what was known of its time stays right for long.
    const time = await this.#commands.send<[seconds: string, microseconds: string]>('time').catch(() => undefined);
    if (time) {
      const [seconds, microseconds] = time;
      this.#ahead = Number(seconds) * 1000 + Number(microseconds) / 1000 - (asked + performance.now()) / 2;
    }
    if (!this.#closed) this.#timer = setTimeout(() => void this.#refresh(), time ? LOOK_MS : RETRY_MS).unref();
  }
}
