/**
 * An existing client for the option `redis`: an instance of ioredis's `Redis` or `Cluster`. The server uses duplicates
 * of it, and never closes the client itself.
 *
 * @publicApi
 */
export interface RedisClientLike {
  readonly status: string;
  readonly isCluster?: boolean;
  duplicate(...args: any[]): unknown;
}

/**
 * Options of an ioredis client. All of ioredis's options are passed on, not only those listed here, except for retries,
 * timeouts, offline queue and key prefix, which the server sets itself.
 *
 * @example
 * ```ts
 * // A master behind Sentinel, with an ACL user
 * const redis: RedisConnectionOptions = {
 *   sentinels: [{ host: 'sentinel-1', port: 26379 }],
 *   name: 'mymaster',
 *   username: 'mcp',
 *   password: process.env.REDIS_PASSWORD,
 * };
 * ```
 *
 * @publicApi
 */
export interface RedisConnectionOptions {
  /** Defaults to `localhost`. */
  readonly host?: string;
  /** Defaults to 6379. */
  readonly port?: number;
  /** The path of a Unix socket, instead of `host` and `port`. */
  readonly path?: string;
  /** The ACL user. */
  readonly username?: string;
  readonly password?: string;
  /** The number of the database. Defaults to 0. */
  readonly db?: number;
  /** Options of `tls.connect()`; `{}` enables TLS. */
  readonly tls?: object;
  /** The addresses of the Sentinels, instead of `host` and `port`. */
  readonly sentinels?: readonly { readonly host: string; readonly port: number }[];
  /** The name of the master that the Sentinels monitor; required with `sentinels`. */
  readonly name?: string;
  readonly [option: string]: unknown;
}

/**
 * A Redis Cluster.
 *
 * @example
 * ```ts
 * const redis: RedisClusterOptions = {
 *   nodes: [{ host: 'redis-1', port: 6379 }, { host: 'redis-2', port: 6379 }],
 *   options: { redisOptions: { password: process.env.REDIS_PASSWORD } },
 * };
 * ```
 *
 * @publicApi
 */
export interface RedisClusterOptions {
  /** Some nodes of the cluster, from which the others are discovered. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** Options of ioredis's `Cluster`. What each node needs (TLS, user, password) belongs in `redisOptions`. */
  readonly options?: { readonly redisOptions?: RedisConnectionOptions; readonly [option: string]: unknown };
}

/**
 * The option `redis` of `McpModule`: a URL (`redis://…`, or `rediss://…` for TLS), the path of a Unix socket, options
 * of ioredis, the nodes of a cluster, or an existing client of the application.
 *
 * @publicApi
 */
export type RedisOption = string | RedisConnectionOptions | RedisClusterOptions | RedisClientLike;

export const isClient = (option: RedisOption): option is RedisClientLike =>
  typeof option === 'object' && typeof (option as RedisClientLike).duplicate === 'function';

export const isClusterNodes = (option: RedisOption): option is RedisClusterOptions =>
  typeof option === 'object' && !isClient(option) && 'nodes' in option;

/** The number of the database that the option selects. A cluster has only one. */
export function databaseOf(option: RedisOption): number {
  if (typeof option === 'string') return databaseOfUrl(option);
  if (isClusterNodes(option)) return 0;
  const { options } = option as { readonly options?: { readonly db?: unknown } };
  const db = isClient(option) ? options?.db : option.db;
  return typeof db === 'number' ? db : 0;
}

/** As ioredis reads it: from the path, or from the query if that has it. */
function databaseOfUrl(text: string): number {
  if (!URL.canParse(text)) return 0;
  const { pathname, searchParams } = new URL(text);
  return Number.parseInt(searchParams.get('db') ?? pathname.slice(1), 10) || 0;
}
