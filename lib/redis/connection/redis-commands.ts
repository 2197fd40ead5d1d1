import type { Redis } from 'ioredis';
import { BackendUnavailableError } from '../../session/backend-unavailable.js';
import { redisErrorKind } from './redis-error-kind.js';
import { ReadyGate } from './ready-gate.js';
import { commandOf, defineScripts, type ScriptName } from './scripts.js';

type Argument = string | number;

/** Replies that say "not now": the same command is right a moment later. */
const PASSING = new Set(['LOADING', 'READONLY', 'MASTERDOWN', 'CLUSTERDOWN', 'TRYAGAIN', 'BUSY', 'OOM']);

/** The stores' connection to Redis. Everything sent here may be repeated without harm, and is: see `autoResendUnfulfilledCommands`. */
export class RedisCommands {
  readonly #client: Redis;
  readonly #gate: ReadyGate;

  /** @param waitMs how long a caller waits for a connection, and again for the reply */
  constructor(client: Redis, waitMs: number) {
    this.#client = client;
    this.#gate = new ReadyGate(client, waitMs);
    defineScripts(client);
    // It tries again by itself, and whoever needs it waits for it.
    client.connect().catch(() => undefined);
  }

  run<T>(script: ScriptName, keys: readonly string[], args: readonly Argument[] = []): Promise<T> {
    return this.send<T>(commandOf(script), ...keys, ...args);
  }

  /** @throws {BackendUnavailableError} when there is no Redis; any other error is Redis's own refusal */
  async send<T>(command: string, ...args: readonly Argument[]): Promise<T> {
    if (!this.#gate.open) await this.#gate.wait();
    try {
      const method = (this.#client as unknown as Record<string, (...args: Argument[]) => Promise<T>>)[command]!;
      return await method.apply(this.#client, [...args]);
    } catch (error) {
      const kind = redisErrorKind(error);
      if (error instanceof Error && error.name === 'ReplyError' && !PASSING.has(kind))
        throw new RedisRefusedError(kind);
      throw new BackendUnavailableError(`Redis cannot be reached (${kind}).`);
    }
  }

  /** Waiters are refused from now on. */
  close(): void {
    this.#gate.close();
    this.#client.disconnect();
  }
}

/**
 * Redis refused a command: out of memory, no permission, data of another kind. Says which, and nothing of the command:
 * its keys hold session ids (P15).
 */
export class RedisRefusedError extends Error {
  override readonly name = 'RedisRefusedError';
  constructor(readonly code: string) {
    super(`Redis refused a command (${code}).`);
  }
}
