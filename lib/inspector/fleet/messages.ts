import type { InstanceReport } from '../wire/instance.js';

/**
 * What instances tell each other about watching. Requests to be watched go to all instances, on a channel that each of
 * them has subscribed to; reports go to those that watch, which alone have subscribed to the other one.
 */
export type WatchMessage =
  /** Somebody watches, and says so again in time, or is forgotten. */
  | { readonly type: 'watch'; readonly watcher: string; readonly forMs: number }
  | { readonly type: 'unwatch'; readonly watcher: string };

export type ReportMessage =
  { readonly type: 'report'; readonly report: InstanceReport } | { readonly type: 'bye'; readonly instance: string };

/** The names of the channels of one server. */
export const channelsOf = (server: string | undefined) => ({
  watch: `mcp:${server ?? 'default'}:watch`,
  reports: `mcp:${server ?? 'default'}:reports`,
});

export type InspectorChannels = ReturnType<typeof channelsOf>;

/** An instance never says more at once, characters: the page need not hold more of it either. */
export const MAX_MESSAGE = 128 * 1024;
/** How long a watcher may ask to be remembered, ms. */
export const LONGEST_WATCH_MS = 30_000;

/** @returns `undefined` for anything else, such as the message of a later version */
export function parseWatch(text: string): WatchMessage | undefined {
  const message = parse(text);
  const { type, watcher, forMs } = message;
  if (typeof watcher !== 'string' || watcher === '' || watcher.length > 64) return undefined;
  if (type === 'unwatch') return { type, watcher };
  if (type !== 'watch' || typeof forMs !== 'number' || !(forMs > 0)) return undefined;
  return { type, watcher, forMs: Math.min(forMs, LONGEST_WATCH_MS) };
}

/** @returns `undefined` for anything else, such as the message of a later version */
export function parseReport(text: string): ReportMessage | undefined {
  if (text.length > MAX_MESSAGE) return undefined;
  const message = parse(text);
  const { type, instance, report } = message;
  if (type === 'bye') return isId(instance) ? { type, instance } : undefined;
  if (type !== 'report' || !isRecord(report) || !isRecord(report['instance']) || !isRecord(report['figures'])) {
    return undefined;
  }
  const isWhole = isId(report['instance']['id']) && LISTS.every((list) => Array.isArray(report[list]));
  return isWhole ? ({ type, report } as unknown as ReportMessage) : undefined;
}

/** The lists that the page goes through. */
const LISTS: readonly (keyof InstanceReport)[] = [
  ...(['calls', 'running', 'latencies', 'refusals', 'gaps', 'streams', 'questions', 'tasks'] as const),
];

const isId = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 64;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
