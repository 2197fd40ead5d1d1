import type { IncomingMessage } from 'node:http';
import type { AccessOptions } from '../access/access-options.js';
import type { AuthOptions } from '../auth/auth-options.js';
import type { GlobalEnhancers } from '../decorators/global-enhancers.js';
import type { ExposedRoutes } from '../decorators/metadata.js';
import type { AnnouncedCapabilities } from '../engine/capabilities.js';
import type { McpSkillDirectory } from '../extensions/skills/skill-directory.js';
import type { McpLimitOptions } from '../limits/limit.js';
import type { CacheHint, Icon } from '../protocol/definitions.js';
import type { RedisOption } from '../redis/connection/redis-option.js';
import type { McpAuditOptions } from './audit-options.js';
import type { McpTelemetryOptions } from './telemetry-options.js';
import type { RequestStateOptions } from './request-state-options.js';

/**
 * The identity and the limits of a server. They are validated when the module is created, and an invalid option throws
 * a `McpOptionsError`. Only `name` and `version` are required. Times are in milliseconds.
 *
 * @example
 * ```ts
 * McpModule.forRoot({ name: 'weather', version: '1.0.0', redis: process.env.REDIS_URL, maxSessions: 500 });
 * ```
 * @publicApi
 */
export interface McpOptions {
  /** The name of the server, which every client receives. */
  readonly name: string;
  /** The version of the server, which every client receives. */
  readonly version: string;
  /** The display name for people. Default: none. */
  readonly title?: string;
  /** A description for clients that support it. Default: none. */
  readonly description?: string;
  /** The website, for clients that support it. Default: none. */
  readonly websiteUrl?: string;
  /** Icons for clients to show. Default: none. */
  readonly icons?: readonly Icon[];
  /** Instructions that help a model to use this server. Default: none. */
  readonly instructions?: string;

  /**
   * Path of the HTTP endpoint. `false` mounts none (stdio only). With `mount: 'controller'` the application's prefix and
   * versions are added to it, as to the path of any route. Default: `/mcp`.
   */
  readonly path?: string | false;
  /**
   * Host names of this server, as `name` (any port) or `name:port`. Requests with any other `Host` header are rejected,
   * which prevents DNS rebinding. Default: `localhost`, `127.0.0.1` and `[::1]`.
   */
  readonly allowedHosts?: readonly string[];
  /**
   * Origins of web pages that may call this server, such as `https://app.example.com`, in addition to pages on an
   * allowed host. Default: none.
   */
  readonly allowedOrigins?: readonly string[];
  /**
   * With `mount: 'http-server'`: reads the address of a client from a request that came by way of proxies, for the limits
   * of anonymous clients. Return `undefined` for the address of the connection. Trust only what your own proxy has
   * written. Default: the address of the connection. The other mounts use the framework's setting for trusted proxies.
   */
  readonly clientAddress?: (request: IncomingMessage) => string | undefined;
  /** Accept any `Host` header. Use it only behind a proxy that already checks the header. Default: `false`. */
  readonly dangerouslyAllowAnyHost?: boolean;

  /**
   * Makes this server an OAuth resource server: each HTTP request needs an access token of one of the issuers. Requires
   * the package `jose`, unless tokens are verified otherwise. Default: none, the application says who is calling.
   */
  readonly auth?: AuthOptions;

  /** Maximum size of a POST body, in bytes. Default: 4 MiB. */
  readonly maxBodyBytes?: number;
  /**
   * Bytes that this instance holds for requests of all clients together: bodies that are being read, requests that are
   * being served, and answers that are not read yet. Beyond it requests are answered 503. Default: 96 MiB, or twice
   * `maxRequestBytesPerClient`.
   */
  readonly maxRequestBytes?: number;
  /**
   * The part of `maxRequestBytes` that one client may use: a principal, or the address of anonymous ones as the
   * framework tells it (see its setting for trusted proxies). Beyond it requests are answered 429. Default: 32 MiB, or
   * twice `maxBodyBytes`.
   */
  readonly maxRequestBytesPerClient?: number;
  /** Requests that this instance serves at the same time, open subscriptions included. Default: 20 000. */
  readonly maxRequests?: number;
  /** The part of `maxRequests` that one client may use; see `maxRequestBytesPerClient`. Default: 10 000. */
  readonly maxRequestsPerClient?: number;
  /** Maximum nesting of JSON, in levels. Default: 64. */
  readonly maxJsonDepth?: number;
  /** Members of objects, and likewise elements of arrays, in one body. Default: 100 000. */
  readonly maxJsonMembers?: number;
  /**
   * Maximum number of bytes a client may leave unread on an event stream for more than a few seconds before it is
   * disconnected. A short burst may be eight times as large. Default: 1 MiB.
   */
  readonly maxPendingBytes?: number;
  /** Maximum number of event streams opened by GET on this instance. Default: 10 000. */
  readonly maxStreams?: number;
  /** Maximum number of open `subscriptions/listen` requests on this instance. Default: 10 000. */
  readonly maxSubscriptions?: number;
  /** Maximum number of sessions on all instances of this server together. Default: 10 000. */
  readonly maxSessions?: number;
  /**
   * The part of `maxSessions` that one client may use; see `maxRequestBytesPerClient`. Beyond it the longest idle
   * session of this client without an open stream ends, or `initialize` is answered 429. Default: 5000, or half of
   * `maxSessions` if that is less.
   */
  readonly maxSessionsPerClient?: number;

  /**
   * Makes this application a member of a fleet: all instances with the same Redis, prefix and server name act as one
   * server. Accepts a URL, ioredis options (TLS, ACL user, Sentinel), the nodes of a Redis Cluster, or a client of the
   * application (`Redis` or `Cluster`), which is duplicated. Requires the packages `ioredis` and
   * `@nestjs/microservices`. Default: none, all state is kept in memory.
   */
  readonly redis?: RedisOption;
  /** Prefix of every key and channel in Redis. Servers with different prefixes are isolated. Default: `mcp`. */
  readonly redisPrefix?: string;
  /** How long a request that needs Redis waits for it before it is answered with 503, in ms. Default: 2 s. */
  readonly redisWaitMs?: number;
  /**
   * Time without a heartbeat after which an instance counts as lost, in ms. Clients that wait on another instance for a
   * response from it get an error no later than 0.8 times this value after that. Default: 10 s.
   */
  readonly instanceTtlMs?: number;
  /**
   * Maximum number of GET requests this instance holds open while Redis is unavailable. Further ones are answered with
   * 503. Default: 1000.
   */
  readonly maxHeldStreams?: number;

  /** Idle time after which a session ends, in ms. Each request restarts it. Default: 1 h. */
  readonly sessionIdleTtlMs?: number;
  /** Maximum number of events kept for replay, per stream. Default: 1000. */
  readonly maxHistory?: number;
  /** Maximum number of bytes of events kept for replay, per stream. Default: 4 MiB. */
  readonly maxHistoryBytes?: number;
  /**
   * Bytes stored for all clients together: sessions, their histories and kept answers, and tasks with their arguments
   * and results. Finished streams are forgotten first; beyond it, what would be stored is answered 503. On Redis it
   * counts for the whole fleet, and figures may be a second old. Default: 64 MiB, on Redis 256 MiB, or twice
   * `maxStoredBytesPerClient`.
   */
  readonly maxStoredBytes?: number;
  /**
   * The part of `maxStoredBytes` that one client may use; see `maxRequestBytesPerClient`. Beyond it the answer is 429.
   * Default: 16 MiB, on Redis 64 MiB, or twice the larger of `maxHistoryBytes` and `maxTaskInputBytes`.
   */
  readonly maxStoredBytesPerClient?: number;
  /** How long an event is kept for replay, in ms. Default: 10 min. */
  readonly historyTtlMs?: number;
  /**
   * How long the response of a streamed request is kept for a client that lost its connection, in ms. Default: 60 min.
   */
  readonly resultTtlMs?: number;

  /**
   * Idle time on an event stream after which a comment is sent, in ms. Keep it below the idle timeout of your proxies.
   * Default: 15 s.
   */
  readonly keepAliveMs?: number;
  /** Time after which a response becomes an event stream even if nothing has been sent yet, in ms. Default: 1 s. */
  readonly streamAfterMs?: number;
  /** How long a shutdown waits for running requests before it cancels them, in ms. Default: 10 s. */
  readonly drainTimeoutMs?: number;
  /** Changes of a list within this time are announced together, in ms. Default: 50 ms. */
  readonly changeDebounceMs?: number;

  /**
   * How to seal the state of calls that ask for input, which travels through modern clients. Default: see its fields.
   */
  readonly requestState?: RequestStateOptions;
  /** How long a legacy client and its user may take for one answer, in ms. Default: 10 min. */
  readonly inputTimeoutMs?: number;
  /** How many times one call may ask for input. Default: 8. */
  readonly maxInputRounds?: number;

  /** How long a task is kept after its creation unless the client requests another time, in ms. Default: 1 h. */
  readonly taskTtlMs?: number;
  /** The longest time a client may request for a task, in ms. Default: 24 h. */
  readonly maxTaskTtlMs?: number;
  /** The interval at which clients are asked to poll a task, in ms. Default: 1 s. */
  readonly taskPollIntervalMs?: number;
  /** Time without a heartbeat after which the worker of a task counts as lost, in ms. Default: 15 s. */
  readonly taskLeaseMs?: number;
  /**
   * Maximum number of tasks on all instances of this server together. Ended tasks count until their TTL is over.
   * Default: 10 000.
   */
  readonly maxTasks?: number;
  /** Largest arguments of a call that becomes a task, in bytes of JSON. They are stored. Default: 1 MiB. */
  readonly maxTaskInputBytes?: number;

  /**
   * Routes of the application that become tools, chosen by a filter; see `docs/routes-as-tools.md`. Default: none, only
   * routes with `@McpTool()` or `@McpExpose()`.
   */
  readonly expose?: ExposedRoutes;
  /**
   * Directories with Agent Skills, which clients list, read and verify; see `docs/skills.md`. Requires the package `yaml`.
   * Default: none, only methods with `@McpSkill()`.
   */
  readonly skills?: McpSkillDirectory | readonly McpSkillDirectory[];
  /**
   * What happens to arguments of a tool that its closed schema does not declare. `refuse`: the call fails with a message
   * that lists the known names. `ignore`: they are taken away, for hosts that add arguments of their own. Default:
   * `refuse`, because a misspelt optional argument would otherwise be lost in silence.
   */
  readonly unknownArguments?: 'refuse' | 'ignore';
  /**
   * Which of the application's global guards, interceptors, pipes and filters also run around each tool, resource,
   * prompt and completer. Default: all of them.
   */
  readonly globalEnhancers?: GlobalEnhancers;
  /**
   * How the rules of `@McpScopes()`, `@McpRoles()` and `@McpAllow()` are applied: what callers see of what they may not
   * use, implied scopes, and guards that decide about lists. Default: what a caller may not use is hidden from it.
   */
  readonly access?: AccessOptions;

  /**
   * How often each client may send a request, and how many at once: all of them but `ping` and `initialize`, those of all
   * instances together. Several limits all hold. For single primitives there is `@McpLimit()`. Default: none.
   */
  readonly limits?: McpLimitOptions | readonly McpLimitOptions[];
  /**
   * Event streams and subscriptions of one client at the same time, on all instances together; further ones are answered
   * 429. Default: none.
   */
  readonly maxStreamsPerClient?: number;
  /** Tasks of one client that run at the same time, on all instances together. Default: none. */
  readonly maxRunningTasksPerClient?: number;
  /**
   * How long a call of a tool, resource, prompt or completer may take, in ms, including the time in which its client is
   * asked. Then `ctx.signal` is aborted and the client gets an answer. Tasks have a TTL instead. Default: none.
   */
  readonly callTimeoutMs?: number;
  /** Largest answer to a call, in bytes of JSON; a larger one is not sent, and the client is told. Default: 32 MiB. */
  readonly maxResultBytes?: number;
  /** What the `AuditSink` of the application gets; see `docs/audit.md`. Default: see its fields. */
  readonly audit?: McpAuditOptions;
  /**
   * What OpenTelemetry gets, where `@opentelemetry/api` is installed; see `docs/observability.md`. `false` for nothing.
   * Default: see its fields.
   */
  readonly telemetry?: McpTelemetryOptions | false;

  /** Number of entries on one page of a list. Default: 1000. */
  readonly pageSize?: number;
  /**
   * How long modern clients may cache the lists, and for whom. The scope `public` is refused where lists differ from
   * caller to caller. Default: no caching.
   */
  readonly listCache?: CacheHint;
  /**
   * Capabilities to advertise even if nothing is declared at start-up, for entries registered at run time. Default:
   * none.
   */
  readonly capabilities?: AnnouncedCapabilities;
}
