import type { Redis } from 'ioredis';
import { BackendUnavailableError } from '../../session/backend-unavailable.js';
import { redisErrorKind } from './redis-error-kind.js';
import { CommandQueue } from './command-queue.js';
import { commandOf, defineScripts, type ScriptName } from './scripts.js';

type Argument = string | number;

/** Error replies that are temporary: the same command may succeed a moment later. */
const TEMPORARY = new Set(['LOADING', 'READONLY', 'MASTERDOWN', 'CLUSTERDOWN', 'TRYAGAIN', 'BUSY', 'OOM']);

/**
 * The connection of the stores to Redis. Every command must be safe to repeat, because ioredis sends commands again
 * after a lost connection: see its option `autoResendUnfulfilledCommands`.
 *
 * This one sends the commands of the server itself, and `for()` those that a client causes.
 */
export class RedisCommands {
  private constructor(
    private readonly client: Redis,
    private readonly queue: CommandQueue,
    private readonly owner: string,
  ) {}

  /** @param waitMs how long a caller waits for its turn on the connection, and again for the reply, ms */
  static connect(client: Redis, waitMs: number): RedisCommands {
    defineScripts(client);
    // The client retries by itself, and callers wait for it.
    client.connect().catch(() => undefined);
    return new RedisCommands(client, new CommandQueue(client, waitMs), '');
  }

  /**
   * The same connection, for commands that a client causes: when commands have to wait, owners have their turns one
   * after the other, and each may let only a part of all wait.
   *
   * @param owner see `commandOwner()`
   */
  for(owner: string): RedisCommands {
    return new RedisCommands(this.client, this.queue, owner);
  }

  run<T>(script: ScriptName, keys: readonly string[], args: readonly Argument[] = []): Promise<T> {
    return this.send<T>(commandOf(script), ...keys, ...args);
  }

  /**
   * @throws {BackendUnavailableError} when Redis is unreachable, or refuses the command for now, or too many wait
   * @throws {RedisRefusedError} when Redis refuses the command
   */
  async send<T>(command: string, ...args: readonly Argument[]): Promise<T> {
    if (!this.queue.tryEnter()) await this.queue.enter(this.owner, sizeOf(args));
    try {
      const method = (this.client as unknown as Record<string, (...args: Argument[]) => Promise<T>>)[command]!;
      return await method.apply(this.client, [...args]);
    } catch (error) {
      const kind = redisErrorKind(error);
      if (error instanceof Error && error.name === 'ReplyError' && !TEMPORARY.has(kind))
        throw new RedisRefusedError(kind);
      throw new BackendUnavailableError(`Redis cannot be reached (${kind}).`);
    } finally {
      this.queue.leave();
    }
  }

  /** Closes the connection and refuses everybody who waits for it. */
  close(): void {
    this.queue.close();
    this.client.disconnect();
  }
}

/** About what a command holds in memory while it waits, bytes. */
function sizeOf(args: readonly Argument[]): number {
  let size = 200;
  for (const argument of args) size += typeof argument === 'string' ? argument.length : 8;
  return size;
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
