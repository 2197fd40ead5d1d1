import type { Cluster, ClusterNode, ClusterOptions, Redis, RedisOptions } from 'ioredis';
import type { ConnectionOptions } from './connection-settings.js';
import { isClient, type RedisClientLike, type RedisClusterOptions } from './redis-option.js';

/** A client of the application, with the members that are used of it in every version of ioredis. */
interface ClusterClient extends Pick<Cluster, 'nodes' | 'options' | 'duplicate'> {
  readonly startupNodes: readonly ClusterNode[];
}

/** A node that serves slots. */
export interface Master {
  /** `host:port`, which identifies it. */
  readonly address: string;
  readonly options: RedisOptions;
}

/** What is known of the nodes of a cluster. */
export interface ClusterMap {
  /** The master that serves the slot of a channel; `undefined` as long as no node was reached. */
  masterOf(channel: string): Master | undefined;
  /** Asks the nodes again. Never rejects. */
  refresh(): Promise<void>;
  connect(master: Master): Redis;
}

/** The connections to a cluster: clients that know the node of each slot, and subscribers, each on one node. */
export class RedisCluster {
  readonly #clients = new Set<Pick<Cluster, 'nodes' | 'slots' | 'refreshSlotsCache'>>();
  readonly #original: ClusterClient | undefined;
  readonly #startNodes: readonly ClusterNode[];
  readonly #options: ClusterOptions;

  constructor(
    option: RedisClientLike | RedisClusterOptions,
    private readonly ioredis: Pick<typeof import('ioredis'), 'Redis' | 'Cluster' | 'Command'>,
  ) {
    this.#original = isClient(option) ? (option as unknown as ClusterClient) : undefined;
    this.#startNodes = this.#original?.startupNodes ?? (option as RedisClusterOptions).nodes;
    this.#options = (this.#original ?? (option as RedisClusterOptions)).options ?? {};
  }

  client(settings: ConnectionOptions): Redis {
    // A cluster has its own options for retries, and passes the others to the connections to its nodes.
    const { retryStrategy, lazyConnect, enableOfflineQueue, keyPrefix, ...others } = settings;
    const options: ClusterOptions = {
      ...this.#options,
      ...{ clusterRetryStrategy: retryStrategy, lazyConnect, enableOfflineQueue, keyPrefix },
      // Replicas lag behind, and what is read decides what is sent to clients.
      scaleReads: 'master',
      shardedSubscribers: false,
      // Merged here, because `duplicate` of ioredis 5 drops the user and TLS of the original.
      redisOptions: { ...this.#options.redisOptions, ...others },
    };
    // A duplicate uses the application's version of ioredis.
    const client = this.#original
      ? this.#original.duplicate([], options)
      : new this.ioredis.Cluster([...this.#startNodes], options);
    this.#clients.add(client);
    client.once('end', () => this.#clients.delete(client));
    return client as unknown as Redis;
  }

  /**
   * Creates a connection to one node, and to another node after each loss: every node receives every message. The
   * subscriber of ioredis's cluster moves between nodes without an event, so listeners would not know when to catch up.
   */
  subscriber(settings: ConnectionOptions): Redis {
    const retryStrategy = (times: number): number => {
      const { host, port } = this.#anyNode();
      Object.assign(subscriber.options, { host, port });
      return settings.retryStrategy(times);
    };
    const options = { ...this.#options.redisOptions, ...this.#anyNode(), ...settings, retryStrategy };
    const subscriber: Redis = new this.ioredis.Redis(options);
    return subscriber;
  }

  /** The master that serves the slot of a channel, as far as the clients know. */
  masterOf(channel: string): Master | undefined {
    const slot = new this.ioredis.Command('spublish', [channel, '']).getSlot()!;
    for (const client of this.#clients) {
      const address = client.slots[slot]?.[0];
      const node = client.nodes('master').find(({ options }) => `${options.host}:${options.port}` === address);
      if (address !== undefined && node) return { address, options: node.options };
    }
    return undefined;
  }

  /** Has the clients ask which node serves which slot. Never rejects: they ask by themselves, too. */
  async refresh(): Promise<void> {
    const ask = (client: Pick<Cluster, 'refreshSlotsCache'>): Promise<void> =>
      new Promise((resolve) => client.refreshSlotsCache(() => resolve()));
    await Promise.all([...this.#clients].map(ask));
  }

  /** Creates a connection to one master, for sharded channels. */
  connectTo({ options }: Master, settings: ConnectionOptions): Redis {
    return new this.ioredis.Redis({ ...this.#options.redisOptions, ...options, ...settings });
  }

  /** Returns a random node that a client knows, or else one of the start nodes. */
  #anyNode(): RedisOptions {
    const clients = this.#original ? [this.#original, ...this.#clients] : [...this.#clients];
    const known = clients.flatMap((client) => client.nodes('all').map(({ options }) => options));
    const nodes = known.length > 0 ? known : this.#startNodes.map(nodeOf);
    return nodes[Math.floor(Math.random() * nodes.length)] ?? {};
  }
}

/** Parses a node in any format of ioredis: a port, a URL, or options. */
function nodeOf(node: ClusterNode): RedisOptions {
  if (typeof node === 'number') return { port: node };
  if (typeof node === 'object') return node;
  const { hostname, port } = new URL(/^\w+:\/\//.test(node) ? node : `redis://${node}`);
  return { host: hostname, port: Number(port) || 6379 };
}
