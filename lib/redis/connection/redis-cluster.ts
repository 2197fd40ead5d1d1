import type { Cluster, ClusterNode, ClusterOptions, Redis, RedisOptions } from 'ioredis';
import type { ConnectionOptions } from './connection-settings.js';
import { isClient, type RedisClientLike, type RedisClusterOptions } from './redis-option.js';

/** A client of the application: what is read of it, in any version of ioredis. */
interface ClusterClient extends Pick<Cluster, 'nodes' | 'options' | 'duplicate'> {
  readonly startupNodes: readonly ClusterNode[];
}

/** The connections to a cluster: clients that know where each slot is, and one connection to any node to hear by. */
export class RedisCluster {
  readonly #clients = new Set<Pick<Cluster, 'nodes'>>();
  readonly #original: ClusterClient | undefined;
  readonly #startNodes: readonly ClusterNode[];
  readonly #options: ClusterOptions;

  constructor(
    option: RedisClientLike | RedisClusterOptions,
    private readonly ioredis: { readonly Redis: typeof Redis; readonly Cluster: typeof Cluster },
  ) {
    this.#original = isClient(option) ? (option as unknown as ClusterClient) : undefined;
    this.#startNodes = this.#original?.startupNodes ?? (option as RedisClusterOptions).nodes;
    this.#options = (this.#original ?? (option as RedisClusterOptions)).options ?? {};
  }

  client(settings: ConnectionOptions): Redis {
    // A cluster retries by an option of its own, and hands the rest to the connections to its nodes.
    const { retryStrategy, lazyConnect, enableOfflineQueue, keyPrefix, ...others } = settings;
    const options: ClusterOptions = {
      ...this.#options,
      ...{ clusterRetryStrategy: retryStrategy, lazyConnect, enableOfflineQueue, keyPrefix },
      // Replicas are behind, and what is read decides what is sent to clients.
      scaleReads: 'master',
      shardedSubscribers: false,
      // Merged here: `duplicate` of ioredis 5 forgets the user and TLS of the original.
      redisOptions: { ...this.#options.redisOptions, ...others },
    };
    // A duplicate, so that it is of the application's version of ioredis.
    const client = this.#original
      ? this.#original.duplicate([], options)
      : new this.ioredis.Cluster([...this.#startNodes], options);
    this.#clients.add(client);
    client.once('end', () => this.#clients.delete(client));
    return client as unknown as Redis;
  }

  /**
   * Every node of a cluster hears every message, so one connection to any of them will do, and another one after each
   * loss. The cluster's own subscriber moves between nodes without telling anybody, so nobody would catch up.
   */
  subscriber(settings: ConnectionOptions): Redis {
    const retryStrategy = (times: number): number => {
      const { host, port } = this.#anyNode();
      Object.assign(subscriber.options, { host, port });
      return settings.retryStrategy(times);
    };
    const given = { ...this.#options.redisOptions, ...this.#anyNode() };
    const subscriber: Redis = new this.ioredis.Redis({ ...given, ...settings, retryStrategy });
    return subscriber;
  }

  /** One that is known to be there, or is one to begin with. */
  #anyNode(): RedisOptions {
    const clients = this.#original ? [this.#original, ...this.#clients] : [...this.#clients];
    const known = clients.flatMap((client) => client.nodes('all').map(({ options }) => options));
    const nodes = known.length > 0 ? known : this.#startNodes.map(nodeOf);
    return nodes[Math.floor(Math.random() * nodes.length)] ?? {};
  }
}

/** A node as ioredis takes it: a port, a URL, or options. */
function nodeOf(node: ClusterNode): RedisOptions {
  if (typeof node === 'number') return { port: node };
  if (typeof node === 'object') return node;
  const { hostname, port } = new URL(/^\w+:\/\//.test(node) ? node : `redis://${node}`);
  return { host: hostname, port: Number(port) || 6379 };
}
