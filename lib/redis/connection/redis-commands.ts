import type { Redis } from 'ioredis';
import { BackendUnavailableError } from '../../session/backend-unavailable.js';
import { redisErrorKind } from './redis-error-kind.js';
import { ReadyGate } from './ready-gate.js';
import { commandOf, defineScripts, type ScriptName } from './scripts.js';

type Argument = string | number;

/** Error replies that are temporary: the same command may succeed a moment later. */
const TEMPORARY = new Set(['LOADING', 'READONLY', 'MASTERDOWN', 'CLUSTERDOWN', 'TRYAGAIN', 'BUSY', 'OOM']);

/**
 * The connection of the stores to Redis. Every command must be safe to repeat, because ioredis sends commands again
 * after a lost connection: see its option `autoResendUnfulfilledCommands`.
 */
export class RedisCommands {
  readonly #client: Redis;
  readonly #gate: ReadyGate;

  /** @param waitMs how long a caller waits for a connection, and again for the reply, ms */
  constructor(client: Redis, waitMs: number) {
    this.#client = client;
    this.#gate = new ReadyGate(client, waitMs);
    defineScripts(client);
    // The client retries by itself, and callers wait for it.
    client.connect().catch(() => undefined);
  }

  run<T>(script: ScriptName, keys: readonly string[], args: readonly Argument[] = []): Promise<T> {
    return this.send<T>(commandOf(script), ...keys, ...args);
  }

  /**
   * @throws {BackendUnavailableError} when Redis is unreachable, or refuses the command for now
   * @throws {RedisRefusedError} when Redis refuses the command
   */
  async send<T>(command: string, ...args: readonly Argument[]): Promise<T> {
    if (!this.#gate.open) await this.#gate.wait();
    try {
      const method = (this.#client as unknown as Record<string, (...args: Argument[]) => Promise<T>>)[command]!;
      return await method.apply(this.#client, [...args]);
    } catch (error) {
      const kind = redisErrorKind(error);
      if (error instanceof Error && error.name === 'ReplyError' && !TEMPORARY.has(kind))
        throw new RedisRefusedError(kind);
      throw new BackendUnavailableError(`Redis cannot be reached (${kind}).`);
    }
  }

  /** Closes the connection and refuses everybody who waits for it. */
  close(): void {
    this.#gate.close();
    this.#client.disconnect();
  }
}

/**
 * Redis refused a command: it is out of memory, the permission is missing, or a key has another type. The message names
 * the code of the reply but nothing of the command, because its keys contain session ids (P15).
 */
export class RedisRefusedError extends Error {
  override readonly name = 'RedisRefusedError';
  constructor(readonly code: string) {
    super(`Redis refused a command (${code}).`);
  }
}
