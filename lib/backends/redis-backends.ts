import type { Logger } from '@nestjs/common';
import type { MessageBroker } from '../broker/message-broker.js';
import { KeyRing } from '../interaction/key-ring.js';
import { McpOptionsError } from '../options/invalid-option.js';
import { REQUEST_STATE_TTL_MS, type ResolvedOptions } from '../options/resolve-options.js';
import type { BackendFactories } from './backends.js';
import type { SessionStore } from '../session/session-store.js';
import { redisAdvice } from '../redis/connection/redis-advice.js';
import { RedisClock } from '../redis/connection/redis-clock.js';
import type { ThrottledReporter } from '../report/throttled-reporter.js';
import { encode, RedisKeys } from '../redis/keys.js';
import { RedisCommands } from '../redis/connection/redis-commands.js';
import { RedisConnections } from '../redis/connection/redis-connections.js';
import { RedisEventLog } from '../redis/stream/redis-event-log.js';
import { RedisKeyRing } from '../redis/state/redis-key-ring.js';
import { MemoryLimits } from '../memory/memory-limits.js';
import { RedisLimits } from '../redis/limits/redis-limits.js';
import { RedisMessageBroker } from '../redis/pubsub/redis-message-broker.js';
import { RedisNonceStore } from '../redis/state/redis-nonce-store.js';
import { databaseOf } from '../redis/connection/redis-option.js';
import { problemOf } from '../redis/connection/redis-option-problem.js';
import { RedisProbe } from '../redis/connection/redis-probe.js';
import { RedisPendingRequests } from '../redis/session/redis-pending-requests.js';
import { RedisSessionStore } from '../redis/session/redis-session-store.js';
import { StoredLedger } from '../redis/stored/stored-ledger.js';
import { RedisTaskStore } from '../redis/task/redis-task-store.js';
import { heartbeatMs, InstanceHeartbeat } from '../redis/stream/instance-heartbeat.js';

/**
 * Creates parts that keep everything in Redis, shared by all instances of the server. They use three connections: for
 * commands, for publishing and for subscribing.
 */
export class RedisBackends implements BackendFactories {
  readonly stored: StoredLedger;
  readonly probe: RedisProbe;
  readonly #keys: RedisKeys;
  readonly #commands: RedisCommands;
  readonly #clock: RedisClock;
  readonly #heartbeat: InstanceHeartbeat;
  #limits: RedisLimits | undefined;

  private constructor(
    private readonly options: ResolvedOptions,
    private readonly connections: RedisConnections,
    private readonly reporter: ThrottledReporter,
    server: string | undefined,
  ) {
    this.#keys = new RedisKeys(`${options.redisPrefix}:${encode(server ?? 'default')}`, databaseOf(options.redis!));
    this.#commands = RedisCommands.connect(connections.create('commands'), options.redisWaitMs, (sentence) =>
      reporter.warn(sentence),
    );
    const { maxStoredBytes: totalBytes, maxStoredBytesPerClient: shareBytes } = options;
    this.stored = new StoredLedger({ commands: this.#commands, keys: this.#keys, totalBytes, shareBytes });
    this.probe = new RedisProbe(this.#commands, this.#keys.namespace);
    this.#clock = new RedisClock(this.#commands);
    this.#heartbeat = new InstanceHeartbeat(this.#commands, this.#keys, options.instanceTtlMs);
  }

  /**
   * Does not wait for Redis: the application also starts without it, and serves requests that do not need it.
   *
   * @throws {McpOptionsError} when the option `redis` is invalid
   * @throws {Error} when an optional package is not installed
   */
  static async load(
    options: ResolvedOptions,
    server: string | undefined,
    reporter: ThrottledReporter,
    logger: Logger,
  ): Promise<RedisBackends> {
    const problem = problemOf(options.redis!);
    if (problem !== undefined) throw new McpOptionsError(`McpModule option "redis" ${problem}.`);
    const connections = await RedisConnections.load(options.redis!, reporter, options.redisWaitMs);
    const backends = new RedisBackends(options, connections, reporter, server);
    backends.#advise(logger);
    return backends;
  }

  broker(): Promise<RedisMessageBroker> {
    const { connections, reporter } = this;
    return RedisMessageBroker.start({
      ...{ connections, reporter, onError: reporter.report },
      keys: this.#keys,
      waitMs: this.options.redisWaitMs,
    });
  }

  sessions(broker: MessageBroker): RedisSessionStore {
    const { sessionIdleTtlMs: idleTtlMs, maxSessions, maxSessionsPerClient, instanceTtlMs } = this.options;
    return new RedisSessionStore({
      ...{ commands: this.#commands, keys: this.#keys, report: this.reporter.report },
      // Scripts tell of the ends of sessions through Redis, so that another broker would not hear of them.
      ...(broker instanceof RedisMessageBroker && { broker, knownMs: heartbeatMs(instanceTtlMs) }),
      ...{ idleTtlMs, maxSessions, maxSessionsPerClient, stored: this.stored },
    });
  }

  log(broker: MessageBroker, sessions: SessionStore): RedisEventLog {
    requireRedisParts(broker, sessions, 'EventLog');
    const { maxHistory, maxHistoryBytes, historyTtlMs, resultTtlMs } = this.options;
    const limits = { maxHistory, maxHistoryBytes, historyTtlMs, resultTtlMs, stored: this.stored };
    return new RedisEventLog({ commands: this.#commands, keys: this.#keys, heartbeat: this.#heartbeat, ...limits });
  }

  pending(broker: MessageBroker, sessions: SessionStore): RedisPendingRequests {
    requireRedisParts(broker, sessions, 'PendingRequests');
    return new RedisPendingRequests({
      commands: this.#commands,
      keys: this.#keys,
      broker,
      report: this.reporter.report,
    });
  }

  nonces(): RedisNonceStore {
    return new RedisNonceStore(this.#commands, this.#keys);
  }

  tasks(): RedisTaskStore {
    const { maxTasks } = this.options;
    const { now } = this.#clock;
    return new RedisTaskStore({ commands: this.#commands, keys: this.#keys, maxTasks, stored: this.stored, now });
  }

  keyRing(): KeyRing {
    const { keys, ttlMs = REQUEST_STATE_TTL_MS } = this.options.requestState ?? {};
    if (keys) return new KeyRing(keys, this.#clock.now);
    return new RedisKeyRing(this.#commands, this.#keys, ttlMs, this.reporter.report, this.#clock.now);
  }

  limits(): RedisLimits {
    this.#limits ??= new RedisLimits({
      ...{ commands: this.#commands, keys: this.#keys, leaseMs: this.options.instanceTtlMs },
      ...{ local: new MemoryLimits(), report: this.reporter.report },
    });
    return this.#limits;
  }

  /** Logs advice once Redis is reachable, or nothing if it stays unreachable or its user has no permission for INFO. */
  #advise(logger: Logger): void {
    const logAll = (sentences: readonly string[]): void => {
      for (const sentence of sentences) logger.warn(sentence);
    };
    redisAdvice(this.#commands).then(logAll, () => undefined);
  }

  close(): void {
    this.stored.close();
    this.#limits?.close();
    this.#heartbeat.close();
    this.#clock.close();
    this.#commands.close();
    this.connections.close();
  }
}

/**
 * The scripts read the session's key and publish signals in Redis. With another store they would find no session, and
 * with another broker nobody would receive the signals.
 */
function requireRedisParts(broker: MessageBroker, sessions: SessionStore, part: string): void {
  if (broker instanceof RedisMessageBroker && sessions instanceof RedisSessionStore) return;
  throw new Error(
    `With the option "redis", an application that replaces SessionStore or MessageBroker needs its own ${part}, too: ` +
      `provide it in the same place, or remove the option.`,
  );
}
