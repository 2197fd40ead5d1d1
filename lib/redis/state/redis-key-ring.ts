import { randomBytes } from 'node:crypto';
import { KeyRing } from '../../interaction/key-ring.js';
import { BackendUnavailableError } from '../../session/backend-unavailable.js';
import type { RedisKeys } from '../keys.js';
import type { RedisCommands } from '../connection/redis-commands.js';

const HOUR_MS = 3_600_000;
/** The age at which a key gets a successor. */
const ROTATE_MS = 24 * HOUR_MS;
/** How long the ring is kept while no instance runs. */
const KEEP_MS = 7 * 24 * HOUR_MS;
/** The least time between two refreshes: clients choose the key in a token, and must not cause a command with each. */
const MIN_REFRESH_MS = 1000;

/** The keys on which the instances of a fleet agree in Redis, so that each of them can open what another has sealed. */
export class RedisKeyRing extends KeyRing {
  readonly #timer: NodeJS.Timeout;
  #agreed = false;
  #agreedAt = -Infinity;
  #agreeing: Promise<void> | undefined;

  constructor(
    private readonly commands: RedisCommands,
    private readonly keys: RedisKeys,
    private readonly stateTtlMs: number,
    private readonly report: (error: unknown) => void,
    now: () => number,
  ) {
    super(undefined, now);
    this.#timer = setInterval(() => void this.#agreeOnce().catch(report), HOUR_MS).unref();
    // If Redis is unreachable now, the next attempt is made when a key is needed.
    this.#agreeOnce().catch(() => undefined);
  }

  /** @throws {BackendUnavailableError} until a key is agreed on: no other instance could open what its own key seals */
  override seal(text: string): string {
    if (this.#agreed) return super.seal(text);
    throw new BackendUnavailableError('There is no key for request states yet.');
  }

  override async ready(): Promise<void> {
    if (!this.#agreed) await this.#agreeOnce();
  }

  override knows(token: string): boolean {
    return this.#agreed && super.knows(token);
  }

  override async refresh(): Promise<void> {
    if (!this.#agreed || performance.now() - this.#agreedAt >= MIN_REFRESH_MS) await this.#agreeOnce();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #agreeOnce(): Promise<void> {
    this.#agreeing ??= this.#agree().finally(() => (this.#agreeing = undefined));
    return this.#agreeing;
  }

  async #agree(): Promise<void> {
    this.#agreedAt = performance.now();
    // A key is dropped only after everything it has sealed has expired.
    const dropMs = ROTATE_MS + this.stateTtlMs + 2 * HOUR_MS;
    const args = [randomBytes(32).toString('base64'), ROTATE_MS, dropMs, Math.max(KEEP_MS, 2 * dropMs)];
    const ring = await this.commands.run<string>('keyRing', [this.keys.keyRing], args);
    this.replace(
      ring
        .trimEnd()
        .split('\n')
        .map((line) => line.slice(line.indexOf(' ') + 1)),
    );
    this.#agreed = true;
  }
}
