import type { Cluster, Redis } from 'ioredis';
import { BackendFullError, BackendUnavailableError } from '../../session/backend-unavailable.js';
import { redisErrorKind } from './redis-error-kind.js';
import { CommandQueue } from './command-queue.js';
import { commandOf, defineScripts, hasAnyNumberOfKeys, type ScriptName } from './scripts.js';
import { WriteBatch } from './write-batch.js';

type Argument = string | number;

const FULL = 'Redis is full (OOM): it stores nothing until it holds less, or maxmemory is higher';

/** Error replies that are temporary: the same command may succeed a moment later. */
const TEMPORARY = new Set(['LOADING', 'READONLY', 'MASTERDOWN', 'CLUSTERDOWN', 'TRYAGAIN', 'BUSY']);

interface Connection {
  readonly client: Redis;
  readonly queue: CommandQueue;
  readonly batch: WriteBatch;
  readonly warn: (sentence: string) => void;
}

/**
 * The connection of the stores to Redis. Every command must be safe to repeat, because ioredis sends commands again
 * after a lost connection: see its option `autoResendUnfulfilledCommands`.
 *
 * This one sends the commands of the server itself, and `for()` those that a client causes.
 */
export class RedisCommands {
  private constructor(
    private readonly connection: Connection,
    private readonly owner: string,
  ) {}

  /**
   * @param waitMs how long a caller waits for its turn on the connection, and again for the reply, ms
   * @param warn called with a sentence whenever Redis is full, which is no fault of the connection
   */
  static connect(client: Redis, waitMs: number, warn: (sentence: string) => void): RedisCommands {
    defineScripts(client);
    // The client retries by itself, and callers wait for it.
    client.connect().catch(() => undefined);
    return new RedisCommands(
      { client, queue: new CommandQueue(client, waitMs), batch: new WriteBatch(client), warn },
      '',
    );
  }

  /**
   * The same connection, for commands that a client causes: when commands have to wait, owners have their turns one
   * after the other, and each may let only a part of all wait.
   *
   * @param owner see `commandOwner()`
   */
  for(owner: string): RedisCommands {
    return new RedisCommands(this.connection, owner);
  }

  /** Whether the keys of one script must all be in one slot. */
  get isCluster(): boolean {
    return this.connection.client.isCluster;
  }

  /** The same for each master that is known of a cluster, for commands that have no key; without a cluster, itself. */
  get masters(): readonly RedisCommands[] {
    const { client } = this.connection;
    if (!client.isCluster) return [this];
    const nodes = (client as unknown as Pick<Cluster, 'nodes'>).nodes('master');
    return nodes.map((node) => {
      const connection = { ...this.connection, client: node, batch: new WriteBatch(node) };
      return new RedisCommands(connection, this.owner);
    });
  }

  run<T>(script: ScriptName, keys: readonly string[], args: readonly Argument[] = []): Promise<T> {
    const count = hasAnyNumberOfKeys(script) ? [keys.length] : [];
    return this.send<T>(commandOf(script), ...count, ...keys, ...args);
  }

  /** Writes at once what was sent in this turn of the event loop. Otherwise that is done at its end. */
  flush(): void {
    this.connection.batch.flush();
  }

  /**
   * @throws {BackendUnavailableError} when Redis is unreachable, or refuses the command for now, or too many wait
   * @throws {BackendFullError} when Redis has no memory for what the command stores
   * @throws {RedisRefusedError} when Redis refuses the command
   */
  async send<T>(command: string, ...args: readonly Argument[]): Promise<T> {
    const { client, queue, batch, warn } = this.connection;
    if (!queue.tryEnter()) await queue.enter(this.owner, sizeOf(args));
    try {
      batch.add();
      const method = (client as unknown as Record<string, (...args: Argument[]) => Promise<T>>)[command]!;
      return await method.apply(client, [...args]);
    } catch (error) {
      const kind = redisErrorKind(error);
      if (kind === 'OOM') {
        warn(FULL);
        throw new BackendFullError(FULL);
      }
      if (error instanceof Error && error.name === 'ReplyError' && !TEMPORARY.has(kind))
        throw new RedisRefusedError(kind);
      throw new BackendUnavailableError(`Redis cannot be reached (${kind}).`);
    } finally {
      queue.leave();
    }
  }

  /** Closes the connection and refuses everybody who waits for it. */
  close(): void {
    this.connection.queue.close();
    this.connection.client.disconnect();
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
