import type { Redis, RedisOptions } from 'ioredis';
import type { ConnectionReporter } from './connection-reporter.js';
import { loadPeer } from './peer.js';
import { isClient, type RedisOption } from './redis-option.js';

/** Makes the connections of one server: each is its own, retries for ever, and never throws into the void. */
export class RedisConnections {
  readonly #open = new Set<Redis>();
  readonly #option: RedisOption;
  readonly #Client: typeof Redis;
  readonly #reporter: ConnectionReporter;
  readonly #waitMs: number;

  private constructor(option: RedisOption, Client: typeof Redis, reporter: ConnectionReporter, waitMs: number) {
    this.#option = option;
    this.#Client = Client;
    this.#reporter = reporter;
    this.#waitMs = waitMs;
  }

  /** @param waitMs how long a command may take @throws when ioredis is not installed */
  static async load(option: RedisOption, reporter: ConnectionReporter, waitMs: number): Promise<RedisConnections> {
    const { Redis: Client } = await loadPeer('ioredis', () => import('ioredis'));
    return new RedisConnections(option, Client, reporter, waitMs);
  }

  /** A connection that is not yet begun: call its `connect()`. */
  create(purpose: 'commands' | 'publish' | 'subscribe'): Redis {
    const client = this.#make(overridesFor(purpose, this.#waitMs));
    client.on('error', (error) => this.#reporter.report('A Redis connection is in trouble, trying again', error));
    this.#open.add(client);
    client.once('end', () => this.#open.delete(client));
    return client;
  }

  /** Ends every connection made here. A client of the application goes on. */
  close(): void {
    for (const client of this.#open) client.disconnect();
  }

  #make(overrides: object): Redis {
    if (typeof this.#option === 'string') return new this.#Client(this.#option, overrides);
    if (!isClient(this.#option)) return new this.#Client({ ...this.#option, ...overrides } as RedisOptions);
    if (!this.#option.isCluster) return this.#option.duplicate(overrides) as Redis;
    // A cluster retries by an option of its own, and hands the rest to the connections to its nodes.
    const { retryStrategy, lazyConnect, enableOfflineQueue, ...redisOptions } = overrides as Record<string, unknown>;
    const options = { clusterRetryStrategy: retryStrategy, lazyConnect, enableOfflineQueue, redisOptions };
    return this.#option.duplicate([], options) as Redis;
  }
}

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2000;

/** For ever; spread, because all instances lose their Redis at the same moment (F13). */
export const retryDelayMs = (times: number): number =>
  Math.round(Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(times - 1, 10)) * (0.75 + Math.random() / 4));

function overridesFor(purpose: 'commands' | 'publish' | 'subscribe', waitMs: number) {
  return {
    retryStrategy: retryDelayMs,
    // Never given up by number of tries: whoever waits has a deadline of its own.
    maxRetriesPerRequest: null,
    commandTimeout: waitMs,
    // A connection that swallows commands without a word (F7) is torn down and made anew; a subscriber is probed instead.
    ...(purpose !== 'subscribe' && { socketTimeout: waitMs + 1000 }),
    connectTimeout: 5000,
    keepAlive: 10_000,
    // Waiting is done, and bounded, by RedisCommands and the broker.
    enableOfflineQueue: false,
    // The check is an INFO, which a connection that is re-subscribing already refuses: that once ended a process (finding 12).
    enableReadyCheck: purpose === 'commands',
    enableAutoPipelining: purpose === 'publish',
    lazyConnect: true,
    // Would be put in front of some names and not of those made inside of scripts. The option is `redisPrefix`.
    keyPrefix: '',
  };
}
