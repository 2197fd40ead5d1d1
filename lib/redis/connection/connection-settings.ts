const FIRST_RETRY_MS = 50;
/** The longest pause between two attempts to connect, ms. */
export const LAST_RETRY_MS = 2000;

/** For ever; spread, because all instances lose their Redis at the same moment (F13). */
export const retryDelayMs = (times: number): number =>
  Math.round(Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(times - 1, 10)) * (0.75 + Math.random() / 4));

export type Purpose = 'commands' | 'publish' | 'subscribe';

/** What the package decides for each of its connections, whatever the application's client is set to. */
export type ConnectionOptions = ReturnType<typeof settingsFor> & { reconnectOnError: (error: Error) => boolean };

export function settingsFor(purpose: Purpose, waitMs: number) {
  return {
    retryStrategy: retryDelayMs,
    sentinelRetryStrategy: retryDelayMs,
    // Never given up by number of tries: whoever waits has a deadline of its own.
    maxRetriesPerRequest: null,
    commandTimeout: waitMs,
    sentinelCommandTimeout: waitMs,
    // A connection that swallows commands without a word (F7) is torn down and made anew; a subscriber is probed instead.
    socketTimeout: purpose === 'subscribe' ? undefined : waitMs + 1000,
    connectTimeout: 5000,
    keepAlive: 10_000,
    // Waiting is done, and bounded, by RedisCommands and the broker.
    enableOfflineQueue: false,
    // The check is an INFO, which a connection that is re-subscribing already refuses: that once ended a process (finding 12).
    enableReadyCheck: purpose === 'commands',
    // Done by the broker, which waits for the acknowledgement; the promises of this one are nobody's and may end the process.
    autoResubscribe: false,
    enableAutoPipelining: purpose === 'publish',
    lazyConnect: true,
    // Would be put in front of some names and not of those made inside of scripts. The option is `redisPrefix`.
    keyPrefix: '',
    // Replies have one shape, whatever an application likes for its own.
    replyMapping: 'legacy' as const,
    stringNumbers: false,
    readOnly: false,
  };
}
