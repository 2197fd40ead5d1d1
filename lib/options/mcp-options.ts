import type { ModuleMetadata, Provider, Type } from '@nestjs/common';
import type { AnnouncedCapabilities } from '../engine/capabilities.js';
import type { StateKey } from '../interaction/key-ring.js';
import type { CacheHint, Icon } from '../protocol/definitions.js';
import type { RedisOption } from '../redis/connection/redis-option.js';

/** How this server introduces itself, and every limit it keeps. Checked when the module is made: see `resolveOptions()`. */
export interface McpOptions {
  /** The server's name, told to every client. */
  readonly name: string;
  /** The server's version, told to every client. */
  readonly version: string;
  /** Name for people. */
  readonly title?: string;
  readonly description?: string;
  readonly websiteUrl?: string;
  readonly icons?: readonly Icon[];
  /** What a model should know about using this server. */
  readonly instructions?: string;

  /** Path of the HTTP endpoint; `false` mounts none (stdio only). Not affected by Nest's global prefix. Default: `/mcp`. */
  readonly path?: string | false;
  /**
   * Names this server is reached by, `name` (any port) or `name:port`. Requests with another `Host` are refused, which
   * stops DNS rebinding. Default: `localhost`, `127.0.0.1` and `[::1]`.
   */
  readonly allowedHosts?: readonly string[];
  /** Origins of web pages that may call, beside those on an allowed host, e.g. `https://app.example.com`. Default: none. */
  readonly allowedOrigins?: readonly string[];
  /** Accepts any `Host`: only where something in front of this server checks it already. Default: false. */
  readonly dangerouslyAllowAnyHost?: boolean;

  /** Largest body of a POST, bytes. Default: 4 MiB. */
  readonly maxBodyBytes?: number;
  /**
   * Bytes that this instance holds for requests of all clients together: bodies that are being read, and requests that
   * are being served. Beyond it requests are answered 503. Default: 96 MiB.
   */
  readonly maxRequestBytes?: number;
  /**
   * The part of `maxRequestBytes` that one client may use: a principal, or the address of anonymous ones as the framework
   * tells it (see its setting for trusted proxies). Beyond it requests are answered 429. Default: 32 MiB.
   */
  readonly maxRequestBytesPerClient?: number;
  /** Requests that this instance serves at the same time, open subscriptions included. Default: 20 000. */
  readonly maxRequests?: number;
  /** The part of `maxRequests` that one client may use; see `maxRequestBytesPerClient`. Default: 10 000. */
  readonly maxRequestsPerClient?: number;
  /** Deepest nesting of JSON, levels. Default: 64. */
  readonly maxJsonDepth?: number;
  /** Members of objects, and likewise elements of arrays, in one body. Default: 100 000. */
  readonly maxJsonMembers?: number;
  /**
   * Bytes a client may leave unread on an event stream, for more than some seconds, before it is dropped; a burst may be
   * eight times as large. Default: 1 MiB.
   */
  readonly maxPendingBytes?: number;
  /** Open event streams by GET on this instance. Default: 10 000. */
  readonly maxStreams?: number;
  /** Open `subscriptions/listen` requests on this instance. Default: 10 000. */
  readonly maxSubscriptions?: number;
  /** Sessions of this server, of all its instances together. Default: 10 000. */
  readonly maxSessions?: number;

  /**
   * Makes this application a member of a fleet: all instances with the same Redis, prefix and server name are one server. A
   * URL, options of ioredis (TLS, ACL user, Sentinel), nodes of a Redis Cluster, or a client of the application's own (`Redis`
   * or `Cluster`), of which duplicates are made.
   * Needs the packages `ioredis` and `@nestjs/microservices`. Default: none, everything is kept in memory.
   */
  readonly redis?: RedisOption;
  /** In front of every key and channel in Redis; servers with different ones never meet. Default: `mcp`. */
  readonly redisPrefix?: string;
  /** How long a request that needs Redis waits for it before it is answered 503, ms. Default: 2000. */
  readonly redisWaitMs?: number;
  /**
   * Time without a sign of life after which an instance counts as lost: clients that wait elsewhere for what it worked on
   * get an error, at most 0.8 times as much later, ms. Default: 10 s.
   */
  readonly instanceTtlMs?: number;
  /** GETs of this instance that are held open while Redis is away, beyond it they are answered 503. Default: 1000. */
  readonly maxHeldStreams?: number;

  /** Idle time after which a session is forgotten, ms; each request slides it. Default: 1 h. */
  readonly sessionIdleTtlMs?: number;
  /** Events kept for replay, per stream. Default: 1000. */
  readonly maxHistory?: number;
  /** Bytes of events kept for replay, per stream. Default: 4 MiB. */
  readonly maxHistoryBytes?: number;
  /**
   * Bytes of events kept for replay by this instance, of all streams together, and a quarter of it for one principal.
   * Finished streams are forgotten first. In memory only: on Redis its own limits apply. Default: 64 MiB.
   */
  readonly maxTotalHistoryBytes?: number;
  /** Age until which events are kept for replay, ms. Default: 10 min. */
  readonly historyTtlMs?: number;
  /** Age until which the answer of a streamed request is kept for a client that lost it, ms. Default: 60 min. */
  readonly resultTtlMs?: number;

  /** Silence on an event stream after which a comment is sent, ms; below what proxies cut. Default: 15 s. */
  readonly keepAliveMs?: number;
  /** Time after which an answer becomes an event stream although nothing was said yet, ms. Default: 1 s. */
  readonly streamAfterMs?: number;
  /** How long a shutdown waits for running requests before it cancels them, ms. Default: 10 s. */
  readonly drainTimeoutMs?: number;
  /** List changes within this time are announced once, ms. Default: 50. */
  readonly changeDebounceMs?: number;

  /** How the state of calls that ask for input is sealed on its way through modern clients. */
  readonly requestState?: RequestStateOptions;
  /** How long a legacy client, and the person in front of it, may take for one answer, ms. Default: 10 min. */
  readonly inputTimeoutMs?: number;
  /** How often one call may ask for input. Default: 8. */
  readonly maxInputRounds?: number;

  /** How long a task is kept from its creation, ms, unless its client asks for another time. Default: 1 h. */
  readonly taskTtlMs?: number;
  /** The longest time a client may ask a task to be kept for, ms. Default: 24 h. */
  readonly maxTaskTtlMs?: number;
  /** How often clients are told to look for what has become of a task, ms. Default: 1 s. */
  readonly taskPollIntervalMs?: number;
  /** Time without a sign of life after which the worker of a task counts as lost, ms. Default: 15 s. */
  readonly taskLeaseMs?: number;
  /** Tasks of this server, of all its instances together, ended ones until their TTL. Default: 10 000. */
  readonly maxTasks?: number;

  /** Entries of one page of a list. Default: 1000. */
  readonly pageSize?: number;
  /** How long and for whom modern clients may cache the lists. Default: not at all. */
  readonly listCache?: CacheHint;
  /** Kinds to advertise although there are none at start-up, because they are registered at run time. */
  readonly capabilities?: AnnouncedCapabilities;
}

export interface RequestStateOptions {
  /**
   * Keys of at least 32 bytes, as bytes, Base64 or hex; the newest first. All instances that answer for one server need
   * the same. Default: a random one, which the instances of a fleet agree on in Redis and renew each day; without Redis it is
   * good for this process only.
   */
  readonly keys?: readonly StateKey[];
  /** Age at which a state is refused, ms. Default: 10 min. */
  readonly ttlMs?: number;
  /** Accept each state only once. Default: false. */
  readonly singleUse?: boolean;
}

/** What belongs to the module and cannot come from a factory. */
export interface McpModuleExtras {
  /** Tells several servers of one application apart; decorators name it. Default: none, the one default server. */
  readonly server?: string;
  /** Modules whose exports the providers below need. */
  readonly imports?: ModuleMetadata['imports'];
  /** Replaces parts of the server: `{ provide: SessionStore, useClass: MyStore }`, also EventLog, MessageBroker, PrincipalResolver. */
  readonly providers?: Provider[];
}

export type McpModuleOptions = McpOptions & McpModuleExtras;

/** A class that makes the options, for `forRootAsync({ useClass })`. */
export interface McpOptionsFactory {
  createMcpOptions(): McpOptions | Promise<McpOptions>;
}

export interface McpModuleAsyncOptions extends McpModuleExtras {
  readonly inject?: readonly any[];
  readonly useFactory?: (...dependencies: any[]) => McpOptions | Promise<McpOptions>;
  readonly useClass?: Type<McpOptionsFactory>;
  readonly useExisting?: Type<McpOptionsFactory> | string | symbol;
}
