const FIRST_RETRY_MS = 50;
/** The longest pause between two attempts to connect, ms. */
export const LAST_RETRY_MS = 2000;

/** Connections retry forever, with random delays because all instances lose Redis at the same moment (F13). */
export const retryDelayMs = (times: number): number =>
  Math.round(Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(times - 1, 10)) * (0.75 + Math.random() / 4));

export type Purpose = 'commands' | 'publish' | 'subscribe';

/** The settings this package requires for its connections, which override those of the application's client. */
export type ConnectionOptions = ReturnType<typeof settingsFor> & { reconnectOnError: (error: Error) => boolean };

export function settingsFor(purpose: Purpose, waitMs: number) {
  return {
    retryStrategy: retryDelayMs,
    sentinelRetryStrategy: retryDelayMs,
    // No limit by number of attempts: every caller has its own deadline.
    maxRetriesPerRequest: null,
    commandTimeout: waitMs,
    sentinelCommandTimeout: waitMs,
    // Replaces a connection that silently swallows commands (F7). For a subscriber, the loopback probe does this.
    socketTimeout: purpose === 'subscribe' ? undefined : waitMs + 1000,
    connectTimeout: 5000,
    keepAlive: 10_000,
    // RedisCommands and the broker wait for the connection, with limits.
    enableOfflineQueue: false,
    // The check sends INFO, which a connection that is already resubscribing refuses. That once ended a process
    // (finding 12).
    enableReadyCheck: purpose === 'commands',
    // The broker resubscribes and waits for the acknowledgements. Nobody could handle a rejection of ioredis's own
    // resubscription, which may end the process.
    autoResubscribe: false,
    enableAutoPipelining: purpose === 'publish',
    lazyConnect: true,
    // It would prefix only some names, and not those that scripts build. The option for this is `redisPrefix`.
    keyPrefix: '',
    // Replies must have one format, whatever the application has chosen for its own client.
    replyMapping: 'legacy' as const,
    stringNumbers: false,
    readOnly: false,
  };
}
