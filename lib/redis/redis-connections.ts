import type { Cluster, Redis, RedisOptions } from 'ioredis';
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
  create(purpose: Purpose): Redis {
    const client = this.#make(purpose, overridesFor(purpose, this.#waitMs));
    client.on('error', (error) => this.#reporter.report('A Redis connection is in trouble, trying again', error));
    this.#open.add(client);
    client.once('end', () => this.#open.delete(client));
    return client;
  }

  /** Ends every connection made here. A client of the application goes on. */
  close(): void {
    for (const client of this.#open) client.disconnect();
  }

  #make(purpose: Purpose, overrides: Overrides): Redis {
    if (typeof this.#option === 'string') return new this.#Client(this.#option, overrides);
    if (!isClient(this.#option)) return new this.#Client({ ...this.#option, ...overrides } as RedisOptions);
    if (!this.#option.isCluster) return this.#option.duplicate(overrides) as Redis;
    if (purpose === 'subscribe') return this.#subscriberOf(this.#option as unknown as Cluster, overrides);
    // A cluster retries by an option of its own, and hands the rest to the connections to its nodes.
    const { retryStrategy, lazyConnect, enableOfflineQueue, ...redisOptions } = overrides;
    const options = { clusterRetryStrategy: retryStrategy, lazyConnect, enableOfflineQueue, redisOptions };
    return this.#option.duplicate([], options) as Redis;
  }

  /**
   * Every node of a cluster hears every message, so one connection to any of them will do, and another one after each
   * loss. The cluster's own subscriber moves between nodes without telling anybody, so nobody would catch up.
   */
  #subscriberOf(cluster: Cluster, overrides: Overrides): Redis {
    const pick = (): RedisOptions => {
      const nodes = cluster.nodes('all').map(({ options }) => options);
      return nodes[Math.floor(Math.random() * nodes.length)] ?? {};
    };
    const retryStrategy = (times: number): number => {
      const { host, port } = pick();
      Object.assign(subscriber.options, host !== undefined && { host, port });
      return overrides.retryStrategy(times);
    };
    const subscriber: Redis = new this.#Client({ ...pick(), ...overrides, retryStrategy });
    return subscriber;
  }
}

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2000;

/** For ever; spread, because all instances lose their Redis at the same moment (F13). */
export const retryDelayMs = (times: number): number =>
  Math.round(Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(times - 1, 10)) * (0.75 + Math.random() / 4));

type Purpose = 'commands' | 'publish' | 'subscribe';
type Overrides = ReturnType<typeof overridesFor>;

function overridesFor(purpose: Purpose, waitMs: number) {
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
    // Done by the broker, which waits for the acknowledgement; the promises of this one are nobody's and may end the process.
    autoResubscribe: false,
    enableAutoPipelining: purpose === 'publish',
    lazyConnect: true,
    // Would be put in front of some names and not of those made inside of scripts. The option is `redisPrefix`.
    keyPrefix: '',
  };
}
