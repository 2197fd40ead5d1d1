/** What the option `redis` of a client needs to look like: an instance of ioredis's `Redis` or `Cluster`. */
export interface RedisClientLike {
  readonly status: string;
  readonly isCluster?: boolean;
  duplicate(...args: any[]): unknown;
}

/** Options of an ioredis client; these and all others are handed on, TLS and Sentinel included. */
export interface RedisConnectionOptions {
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  readonly username?: string;
  readonly password?: string;
  readonly db?: number;
  readonly tls?: object;
  readonly sentinels?: readonly { readonly host: string; readonly port: number }[];
  /** Name of the Sentinel group. */
  readonly name?: string;
  readonly [option: string]: unknown;
}

/** A Redis Cluster: some of its nodes, from which the others are found. */
export interface RedisClusterOptions {
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** Options of ioredis's `Cluster`; `redisOptions` has what each node needs: TLS, user, password. */
  readonly options?: { readonly redisOptions?: RedisConnectionOptions; readonly [option: string]: unknown };
}

/** A URL, options of ioredis, nodes of a cluster, or a client of the application, of which duplicates are made; it is never closed. */
export type RedisOption = string | RedisConnectionOptions | RedisClusterOptions | RedisClientLike;

export const isClient = (option: RedisOption): option is RedisClientLike =>
  typeof option === 'object' && typeof (option as RedisClientLike).duplicate === 'function';

export const isClusterNodes = (option: RedisOption): option is RedisClusterOptions =>
  typeof option === 'object' && !isClient(option) && 'nodes' in option;
