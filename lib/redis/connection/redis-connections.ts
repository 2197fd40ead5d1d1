import type { Redis, RedisOptions } from 'ioredis';
import type { ThrottledReporter } from '../../report/throttled-reporter.js';
import { redisErrorKind } from './redis-error-kind.js';
import { loadOptionalPackage } from './load-optional-package.js';
import { RedisCluster } from './redis-cluster.js';
import { type ConnectionOptions, LAST_RETRY_MS, type Purpose, settingsFor } from './connection-settings.js';
import { isClient, isClusterNodes, type RedisOption } from './redis-option.js';

type Ioredis = Pick<typeof import('ioredis'), 'Redis' | 'Cluster'>;

/** Makes the connections of one server: each is its own, retries for ever, and never throws into the void. */
export class RedisConnections {
  readonly #open = new Set<Redis>();
  readonly #option: RedisOption;
  readonly #ioredis: Ioredis;
  readonly #cluster: RedisCluster | undefined;
  readonly #reporter: ThrottledReporter;
  readonly #waitMs: number;
  /** When what was the master was left for the last time, and whether the others are still there. */
  #leftAt = -Infinity;
  #leaving = false;

  private constructor(option: RedisOption, ioredis: Ioredis, reporter: ThrottledReporter, waitMs: number) {
    this.#option = option;
    this.#ioredis = ioredis;
    const isCluster = isClusterNodes(option) || (isClient(option) && option.isCluster === true);
    this.#cluster = isCluster ? new RedisCluster(option, ioredis) : undefined;
    this.#reporter = reporter;
    this.#waitMs = waitMs;
  }

  /** @param waitMs how long a command may take @throws when ioredis is not installed */
  static async load(option: RedisOption, reporter: ThrottledReporter, waitMs: number): Promise<RedisConnections> {
    const ioredis = await loadOptionalPackage('ioredis', () => import('ioredis'));
    return new RedisConnections(option, ioredis, reporter, waitMs);
  }

  /** A connection that is not yet begun: call its `connect()`. */
  create(purpose: Purpose): Redis {
    const reconnectOnError = (error: Error): boolean => this.#leaves(error);
    const client = this.#make(purpose, { ...settingsFor(purpose, this.#waitMs), reconnectOnError });
    const report = (error: Error): void =>
      this.#reporter.warn(`A Redis connection is in trouble, trying again (${redisErrorKind(causeOf(error))})`);
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
