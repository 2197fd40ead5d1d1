/** RFC 5424 severities, least severe first. */
export const LOG_LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const SEVERITY = new Map<string, number>(LOG_LEVELS.map((level, index) => [level, index]));

export const isLogLevel = (value: unknown): value is LogLevel => typeof value === 'string' && SEVERITY.has(value);

/** Whether a message of `level` passes a threshold; without a threshold everything passes. */
export const passes = (level: LogLevel, threshold: LogLevel | undefined): boolean =>
  threshold === undefined || SEVERITY.get(level)! >= SEVERITY.get(threshold)!;
