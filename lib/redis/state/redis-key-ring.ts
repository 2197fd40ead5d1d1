import { randomBytes } from 'node:crypto';
import { KeyRing } from '../../interaction/key-ring.js';
import { BackendUnavailableError } from '../../session/backend-unavailable.js';
import type { RedisKeys } from '../keys.js';
import type { RedisCommands } from '../connection/redis-commands.js';

const HOUR_MS = 3_600_000;
/** Age at which a key gets a successor. */
const ROTATE_MS = 24 * HOUR_MS;
/** How long the ring is kept while no instance runs. */
const KEEP_MS = 7 * 24 * HOUR_MS;
/** Tokens name their key; made up names must not become commands to Redis. */
const PAUSE_MS = 1000;

/** The keys on which the instances of a fleet have agreed in Redis, so that any of them reads what another has sealed. */
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
    // A Redis that is away now is asked again when a key is needed.
    this.#agreeOnce().catch(() => undefined);
  }

  /** @throws {BackendUnavailableError} as long as no key is agreed on: with one of its own nobody else could go on */
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
    if (!this.#agreed || performance.now() - this.#agreedAt >= PAUSE_MS) await this.#agreeOnce();
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
    // Whatever a key has sealed has expired when it goes.
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
