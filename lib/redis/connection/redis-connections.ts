import type { Redis, RedisOptions } from 'ioredis';
import type { ThrottledReporter } from '../../report/throttled-reporter.js';
import { redisErrorKind } from './redis-error-kind.js';
import { loadOptionalPackage } from './load-optional-package.js';
import { type ClusterMap, RedisCluster } from './redis-cluster.js';
import { type ConnectionOptions, LAST_RETRY_MS, type Purpose, settingsFor } from './connection-settings.js';
import { isClient, isClusterNodes, type RedisOption } from './redis-option.js';

type Ioredis = Pick<typeof import('ioredis'), 'Redis' | 'Cluster' | 'Command'>;

/** Creates the connections of one server. Each retries forever and handles its error events. */
export class RedisConnections {
  readonly #open = new Set<Redis>();
  readonly #option: RedisOption;
  readonly #ioredis: Ioredis;
  readonly #cluster: RedisCluster | undefined;
  readonly #reporter: ThrottledReporter;
  readonly #waitMs: number;
  /** When a connection last left a node that is no longer the master. */
  #failoverAt = -Infinity;
  /** Whether the other connections have still to follow it. */
  #failingOver = false;

  private constructor(option: RedisOption, ioredis: Ioredis, reporter: ThrottledReporter, waitMs: number) {
    this.#option = option;
    this.#ioredis = ioredis;
    const isCluster = isClusterNodes(option) || (isClient(option) && option.isCluster === true);
    this.#cluster = isCluster ? new RedisCluster(option, ioredis) : undefined;
    this.#reporter = reporter;
    this.#waitMs = waitMs;
  }

  /**
   * @param waitMs how long a command may take, ms
   * @throws {Error} when ioredis is not installed
   */
  static async load(option: RedisOption, reporter: ThrottledReporter, waitMs: number): Promise<RedisConnections> {
    const ioredis = await loadOptionalPackage('ioredis', () => import('ioredis'));
    return new RedisConnections(option, ioredis, reporter, waitMs);
  }

  /** Creates a connection, which connects when its `connect()` is called. */
  create(purpose: Purpose): Redis {
    const client = this.#watch(this.#createClient(purpose, this.#settingsFor(purpose)));
    if (purpose === 'commands') client.on('ready', () => this.#reconnectOthers(client));
    return client;
  }

  /** The nodes of the cluster, and connections to them; `undefined` for a single Redis. */
  get map(): ClusterMap | undefined {
    const cluster = this.#cluster;
    return (
      cluster && {
        masterOf: (channel) => cluster.masterOf(channel),
        refresh: () => cluster.refresh(),
        connect: (master) => this.#watch(cluster.connectTo(master, this.#settingsFor('subscribe'))),
      }
    );
  }

  /** Closes every connection that was created here. The application's own client stays open. */
  close(): void {
    for (const client of this.#open) client.disconnect();
  }

  /** A node that refuses writes is no longer the master, but keeps its connections. Only a new one finds the master. */
  #mustFailOver(error: Error): boolean {
    const now = performance.now();
    if (!error.message.startsWith('READONLY') || now - this.#failoverAt < LAST_RETRY_MS / 2) return false;
    this.#failoverAt = now;
    return (this.#failingOver = true);
  }

  /** Publishing and subscribing are never refused, so those connections would stay on a node that nobody else uses. */
  #reconnectOthers(commands: Redis): void {
    if (!this.#failingOver) return;
    this.#failingOver = false;
    for (const client of this.#open) if (client !== commands) client.disconnect(true);
  }

  #settingsFor(purpose: Purpose): ConnectionOptions {
    const reconnectOnError = (error: Error): boolean => this.#mustFailOver(error);
    return { ...settingsFor(purpose, this.#waitMs), reconnectOnError };
  }

  #watch(client: Redis): Redis {
    const report = (error: Error): void =>
      this.#reporter.warn(`A Redis connection failed and is retried (${redisErrorKind(causeOf(error))})`);
    client.on('error', report);
    // Only clusters emit this event.
    client.on('node error', report);
    this.#open.add(client);
    client.once('end', () => this.#open.delete(client));
    return client;
  }

  #createClient(purpose: Purpose, settings: ConnectionOptions): Redis {
    if (this.#cluster)
      return purpose === 'subscribe' ? this.#cluster.subscriber(settings) : this.#cluster.client(settings);
    if (typeof this.#option === 'string') return new this.#ioredis.Redis(this.#option, settings);
    if (isClient(this.#option)) return this.#option.duplicate(settings) as Redis;
    return new this.#ioredis.Redis({ ...this.#option, ...settings } as RedisOptions);
  }
}

/** A cluster without reachable nodes has the error of its last node; the error of Sentinels has no code of its own. */
function causeOf(error: Error & { readonly lastNodeError?: unknown }): unknown {
  const noMaster = error.message.startsWith('All sentinels are unreachable');
  return noMaster
    ? Object.assign(new Error(), { code: 'NO_SENTINEL_KNOWS_THE_MASTER' })
    : (error.lastNodeError ?? error);
}
