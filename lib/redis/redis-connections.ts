import type { Redis, RedisOptions } from 'ioredis';
import type { ConnectionReporter } from './connection-reporter.js';
import { loadPeer } from './peer.js';
import { RedisCluster } from './redis-cluster.js';
import { isClient, isClusterNodes, type RedisOption } from './redis-option.js';

type Ioredis = Pick<typeof import('ioredis'), 'Redis' | 'Cluster'>;

/** Makes the connections of one server: each is its own, retries for ever, and never throws into the void. */
export class RedisConnections {
  readonly #open = new Set<Redis>();
  readonly #option: RedisOption;
  readonly #ioredis: Ioredis;
  readonly #cluster: RedisCluster | undefined;
  readonly #reporter: ConnectionReporter;
  readonly #waitMs: number;
  /** When what was the master was left for the last time, and whether the others are still there. */
  #leftAt = -Infinity;
  #leaving = false;

  private constructor(option: RedisOption, ioredis: Ioredis, reporter: ConnectionReporter, waitMs: number) {
    this.#option = option;
    this.#ioredis = ioredis;
    const isCluster = isClusterNodes(option) || (isClient(option) && option.isCluster === true);
    this.#cluster = isCluster ? new RedisCluster(option, ioredis) : undefined;
    this.#reporter = reporter;
    this.#waitMs = waitMs;
  }

  /** @param waitMs how long a command may take @throws when ioredis is not installed */
  static async load(option: RedisOption, reporter: ConnectionReporter, waitMs: number): Promise<RedisConnections> {
    const ioredis = await loadPeer('ioredis', () => import('ioredis'));
    return new RedisConnections(option, ioredis, reporter, waitMs);
  }

  /** A connection that is not yet begun: call its `connect()`. */
  create(purpose: Purpose): Redis {
    const reconnectOnError = (error: Error): boolean => this.#leaves(error);
    const client = this.#make(purpose, { ...settingsFor(purpose, this.#waitMs), reconnectOnError });
    const report = (error: Error): void =>
      this.#reporter.report('A Redis connection is in trouble, trying again', causeOf(error));
    client.on('error', report);
    // Only clusters have these.
    client.on('node error', report);
    if (purpose === 'commands') client.on('ready', () => this.#follow(client));
    this.#open.add(client);
    client.once('end', () => this.#open.delete(client));
    return client;
  }

  /** Ends every connection made here. A client of the application goes on. */
  close(): void {
    for (const client of this.#open) client.disconnect();
  }

  /** What refuses to be written to is no master any more, but may keep its connections; only new ones find the master. */
  #leaves(error: Error): boolean {
    const now = performance.now();
    if (!error.message.startsWith('READONLY') || now - this.#leftAt < LAST_RETRY_MS / 2) return false;
    this.#leftAt = now;
    return (this.#leaving = true);
  }

  /** The others are never refused anything, and would speak and listen where nobody else is. */
  #follow(commands: Redis): void {
    if (!this.#leaving) return;
    this.#leaving = false;
    for (const client of this.#open) if (client !== commands) client.disconnect(true);
  }

  #make(purpose: Purpose, settings: ConnectionOptions): Redis {
    if (this.#cluster)
      return purpose === 'subscribe' ? this.#cluster.subscriber(settings) : this.#cluster.client(settings);
    if (typeof this.#option === 'string') return new this.#ioredis.Redis(this.#option, settings);
    if (isClient(this.#option)) return this.#option.duplicate(settings) as Redis;
    return new this.#ioredis.Redis({ ...this.#option, ...settings } as RedisOptions);
  }
}

/** A cluster that has no node left tells what happened at the last one; what Sentinels say has no code of its own. */
function causeOf(error: Error & { readonly lastNodeError?: unknown }): unknown {
  const noMaster = error.message.startsWith('All sentinels are unreachable');
  return noMaster
    ? Object.assign(new Error(), { code: 'NO_SENTINEL_KNOWS_THE_MASTER' })
    : (error.lastNodeError ?? error);
}

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2000;

/** For ever; spread, because all instances lose their Redis at the same moment (F13). */
export const retryDelayMs = (times: number): number =>
  Math.round(Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(times - 1, 10)) * (0.75 + Math.random() / 4));

type Purpose = 'commands' | 'publish' | 'subscribe';

/** What the package decides for each of its connections, whatever the application's client is set to. */
export type ConnectionOptions = ReturnType<typeof settingsFor> & { reconnectOnError: (error: Error) => boolean };

function settingsFor(purpose: Purpose, waitMs: number) {
  return {
    retryStrategy: retryDelayMs,
    sentinelRetryStrategy: retryDelayMs,
    // Never given up by number of tries: whoever waits has a deadline of its own.
    maxRetriesPerRequest: null,
    commandTimeout: waitMs,
    sentinelCommandTimeout: waitMs,
    // A connection that swallows commands without a word (F7) is torn down and made anew; a subscriber is probed instead.
    socketTimeout: purpose === 'subscribe' ? undefined : waitMs + 1000,
    connectTimeout: 5000,
    keepAlive: 10_000,
    // Waiting is done, and bounded, by RedisCommands and the broker.
    enableOfflineQueue: false,
    // The check is an INFO, which a connection that is re-subscribing already refuses: that once ended a process (finding 12).
    enableReadyCheck: purpose === 'commands',
    // Done by the broker, which waits for the acknowledgement; the promises of this one are nobody's and may end the process.
    autoResubscribe: false,
    enableAutoPipelining: purpose === 'publish',
    lazyConnect: true,
    // Would be put in front of some names and not of those made inside of scripts. The option is `redisPrefix`.
    keyPrefix: '',
    // Replies have one shape, whatever an application likes for its own.
    replyMapping: 'legacy' as const,
    stringNumbers: false,
    readOnly: false,
  };
}
