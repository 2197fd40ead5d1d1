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

/** A URL, options of ioredis, or a client of the application, of which duplicates are made; it is never closed. */
export type RedisOption = string | RedisConnectionOptions | RedisClientLike;

export const isClient = (option: RedisOption): option is RedisClientLike =>
  typeof option === 'object' && typeof (option as RedisClientLike).duplicate === 'function';
