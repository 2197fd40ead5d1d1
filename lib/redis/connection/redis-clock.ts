import type { RedisCommands } from './redis-commands.js';

/** Two clocks drift apart by less than a millisecond in this time. */
const REFRESH_MS = 60_000;
const RETRY_MS = 1000;

/** The time of Redis. The clock of an instance may be wrong, and one instance opens what another has sealed (P11). */
export class RedisClock {
  readonly #commands: RedisCommands;
  /** Difference to the monotonic clock of this process, ms; unknown until the first reply of Redis. */
  #offsetMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(commands: RedisCommands) {
    this.#commands = commands;
    void this.#refresh();
  }

  /** Milliseconds since 1970; by the clock of this process until Redis has been reached once. */
  readonly now = (): number =>
    this.#offsetMs === undefined ? Date.now() : Math.floor(performance.now() + this.#offsetMs);

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #refresh(): Promise<void> {
    const sentAt = performance.now();
    // Errors are not reported here: the connection reports them, and the known offset stays right for a long time.
    const time = await this.#commands.send<[seconds: string, microseconds: string]>('time').catch(() => undefined);
    if (time) {
      const [seconds, microseconds] = time;
      this.#offsetMs = Number(seconds) * 1000 + Number(microseconds) / 1000 - (sentAt + performance.now()) / 2;
    }
    if (!this.#closed) this.#timer = setTimeout(() => void this.#refresh(), time ? REFRESH_MS : RETRY_MS).unref();
  }
}
