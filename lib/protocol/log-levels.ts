/**
 * The severities of RFC 5424 and MCP, least severe first.
 *
 * @publicApi
 */
export const LOG_LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const;

/**
 * The severity of a log message to a client.
 *
 * @publicApi
 */
export type LogLevel = (typeof LOG_LEVELS)[number];

const SEVERITY = new Map<string, number>(LOG_LEVELS.map((level, index) => [level, index]));

export const isLogLevel = (value: unknown): value is LogLevel => typeof value === 'string' && SEVERITY.has(value);

/** Whether a message of `level` reaches the threshold. Without a threshold every message does. */
export const passes = (level: LogLevel, threshold: LogLevel | undefined): boolean =>
  threshold === undefined || SEVERITY.get(level)! >= SEVERITY.get(threshold)!;
