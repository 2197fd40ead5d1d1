import { accessProblem } from './access-options.js';
import { authProblem } from './auth-option.js';
import { KeyRing } from '../interaction/key-ring.js';
import type { McpOptions } from './mcp-options.js';
import { checkAudit } from './audit-options.js';
import { checkTelemetry } from './telemetry-options.js';
import { checkLimits } from './limit-options.js';
import { checkSkills } from './skill-options.js';
import { invalid, requireWholeNumber } from './invalid-option.js';

const DEFAULTS = {
  path: '/mcp',
  dangerouslyAllowAnyHost: false,
  maxBodyBytes: 4 * 1024 * 1024,
  maxRequestBytes: 96 * 1024 * 1024,
  maxRequestBytesPerClient: 32 * 1024 * 1024,
  maxRequests: 20_000,
  maxRequestsPerClient: 10_000,
  maxJsonDepth: 64,
  maxJsonMembers: 100_000,
  maxPendingBytes: 1024 * 1024,
  maxStreams: 10_000,
  maxSubscriptions: 10_000,
  maxSessions: 10_000,
  maxSessionsPerClient: 5000,
  sessionIdleTtlMs: 3_600_000,
  maxHistory: 1000,
  maxHistoryBytes: 4 * 1024 * 1024,
  maxStoredBytes: 64 * 1024 * 1024,
  maxStoredBytesPerClient: 16 * 1024 * 1024,
  historyTtlMs: 600_000,
  resultTtlMs: 3_600_000,
  keepAliveMs: 15_000,
  streamAfterMs: 1000,
  drainTimeoutMs: 10_000,
  changeDebounceMs: 50,
  inputTimeoutMs: 600_000,
  maxInputRounds: 8,
  taskTtlMs: 3_600_000,
  maxTaskTtlMs: 86_400_000,
  taskPollIntervalMs: 1000,
  taskLeaseMs: 15_000,
  maxTasks: 10_000,
  maxTaskInputBytes: 1024 * 1024,
  pageSize: 1000,
  unknownArguments: 'refuse',
  redisPrefix: 'mcp',
  redisWaitMs: 2000,
  instanceTtlMs: 10_000,
  maxHeldStreams: 1000,
  maxResultBytes: 32 * 1024 * 1024,
} as const satisfies Partial<McpOptions>;

/** The default of `requestState.ttlMs`. */
export const REQUEST_STATE_TTL_MS = 600_000;

/** The options with every default filled in. */
export type ResolvedOptions = McpOptions & { [K in keyof typeof DEFAULTS]-?: NonNullable<McpOptions[K]> };

const LIMITS = [
  'maxBodyBytes',
  'maxRequestBytes',
  'maxRequestBytesPerClient',
  'maxRequests',
  'maxRequestsPerClient',
  'maxJsonDepth',
  'maxJsonMembers',
  'maxPendingBytes',
  'maxStreams',
  'maxSubscriptions',
  'maxSessions',
  'maxSessionsPerClient',
  'maxTasks',
  'maxTaskInputBytes',
  'maxHeldStreams',
] as const;
const HISTORY = [
  'maxHistory',
  'maxHistoryBytes',
  'maxStoredBytes',
  'maxStoredBytesPerClient',
  'historyTtlMs',
  'resultTtlMs',
  'sessionIdleTtlMs',
] as const;
const TIMES = ['keepAliveMs', 'streamAfterMs', 'pageSize', 'inputTimeoutMs', 'maxInputRounds', 'redisWaitMs'] as const;
const TASKS = ['taskTtlMs', 'maxTaskTtlMs', 'taskPollIntervalMs', 'taskLeaseMs', 'instanceTtlMs'] as const;
/** Limits that must not be larger than the limit they are part of. */
const PARTS = [
  ['maxBodyBytes', 'maxRequestBytesPerClient'],
  ['maxRequestBytesPerClient', 'maxRequestBytes'],
  ['maxRequestsPerClient', 'maxRequests'],
  ['maxHistoryBytes', 'maxStoredBytesPerClient'],
  ['maxTaskInputBytes', 'maxStoredBytesPerClient'],
  ['maxStoredBytesPerClient', 'maxStoredBytes'],
  ['maxSessionsPerClient', 'maxSessions'],
] as const;
const KNOWN = new Set<string>([
  ...Object.keys(DEFAULTS),
  ...['name', 'version', 'title', 'description', 'websiteUrl', 'icons', 'instructions'],
  ...[
    'allowedHosts',
    'allowedOrigins',
    'clientAddress',
    'listCache',
    'capabilities',
    'requestState',
    'redis',
    'expose',
    'globalEnhancers',
    'audit',
    'telemetry',
    'limits',
    'skills',
    'callTimeoutMs',
    'maxStreamsPerClient',
    'maxRunningTasksPerClient',
    'access',
    'auth',
  ],
]);

/** @throws {McpOptionsError} with the name of the option, its value, and what is allowed */
export function resolveOptions(given: McpOptions): ResolvedOptions {
  const options = withTotals(given, { ...DEFAULTS, ...withoutUndefined(given) } as ResolvedOptions);
  for (const name of Object.keys(options)) {
    if (!KNOWN.has(name)) throw invalid(name, 'is not a known option; see McpOptions for the spelling');
  }
  for (const name of ['name', 'version'] as const) {
    if (typeof options[name] !== 'string' || options[name] === '') throw invalid(name, 'must be a non-empty string');
  }
  for (const name of [...LIMITS, ...HISTORY, ...TIMES, ...TASKS]) requireWholeNumber(name, options[name], 1);
  for (const name of ['drainTimeoutMs', 'changeDebounceMs'] as const) requireWholeNumber(name, options[name], 0);
  if (options.path !== false && !/^\/[\w\-./~]*$/.test(options.path)) {
    throw invalid('path', 'must begin with "/" and contain no parameters or wildcards, such as "/mcp", or be false');
  }
  if (!['refuse', 'ignore'].includes(options.unknownArguments)) {
    throw invalid(
      'unknownArguments',
      `is ${JSON.stringify(options.unknownArguments)}; it must be "refuse" or "ignore"`,
    );
  }
  for (const [part, whole] of PARTS) {
    if (options[part] > options[whole]) {
      throw invalid(part, `is ${options[part]}, which exceeds "${whole}" (${options[whole]})`);
    }
  }
  if (options.taskTtlMs > options.maxTaskTtlMs) {
    throw invalid('taskTtlMs', `is ${options.taskTtlMs}, which exceeds "maxTaskTtlMs" (${options.maxTaskTtlMs})`);
  }
  if (options.clientAddress !== undefined && typeof options.clientAddress !== 'function') {
    throw invalid('clientAddress', 'must be a function that reads the address of a client from its request');
  }
  hosts(options);
  requestState(options);
  redis(options);
  cache(options);
  exposed(options);
  enhancers(options);
  checkAudit(options.audit);
  checkTelemetry(options.telemetry);
  checkLimits(options);
  checkSkills(options.skills);
  const problem = accessProblem(options.access);
  if (problem) throw invalid('access', problem);
  const authorization = authProblem(options.auth);
  if (authorization) throw invalid('auth', authorization);
  return options;
}

/**
 * Totals that are not given grow with the limits that are part of them, so that raising one of these needs no other.
 */
function withTotals(given: McpOptions, options: ResolvedOptions): ResolvedOptions {
  const atLeast = (name: Total, least: number, factor = 1): number =>
    given[name] ?? Math.max(DEFAULTS[name] * factor, least);
  const factor = given.redis === undefined ? 1 : REDIS_FACTOR;
  const maxRequestBytesPerClient = atLeast('maxRequestBytesPerClient', 2 * options.maxBodyBytes);
  const largest = Math.max(options.maxHistoryBytes, options.maxTaskInputBytes);
  const maxStoredBytesPerClient = atLeast('maxStoredBytesPerClient', 2 * largest, factor);
  return {
    ...options,
    // A share that is not given is half of a smaller total.
    maxSessionsPerClient:
      given.maxSessionsPerClient ?? Math.min(DEFAULTS.maxSessionsPerClient, Math.ceil(options.maxSessions / 2)),
    maxStoredBytesPerClient,
    maxStoredBytes: atLeast('maxStoredBytes', 2 * maxStoredBytesPerClient, factor),
    maxRequestBytesPerClient,
    maxRequestBytes: atLeast('maxRequestBytes', 2 * maxRequestBytesPerClient),
  };
}

/** By how much more is stored in Redis, for a whole fleet, than in the memory of one instance, unless given. */
const REDIS_FACTOR = 4;

type Total = 'maxRequestBytesPerClient' | 'maxRequestBytes' | 'maxStoredBytesPerClient' | 'maxStoredBytes';

const withoutUndefined = (given: McpOptions) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

function hosts({ allowedHosts, allowedOrigins, dangerouslyAllowAnyHost }: ResolvedOptions): void {
  for (const [name, list] of Object.entries({ allowedHosts, allowedOrigins })) {
    if (list !== undefined && !Array.isArray(list)) throw invalid(name, 'must be a list');
  }
  for (const host of allowedHosts ?? []) {
    if (typeof host !== 'string' || /[/@\s]/.test(host) || host === '' || host.includes('*')) {
      throw invalid(
        'allowedHosts',
        `contains "${host}"; use names such as "mcp.example.com" or "mcp.example.com:8443", without scheme or wildcard`,
      );
    }
  }
  for (const origin of allowedOrigins ?? []) {
    if (typeof origin !== 'string' || !/^[a-z][a-z0-9+.-]*:\/\/[^/@\s*]+$/i.test(origin)) {
      throw invalid(
        'allowedOrigins',
        `contains "${origin}"; use origins such as "https://app.example.com", without path or wildcard`,
      );
    }
  }
  if (dangerouslyAllowAnyHost && allowedHosts) {
    throw invalid('dangerouslyAllowAnyHost', 'contradicts "allowedHosts"; set only one of them');
  }
}

function exposed({ expose }: ResolvedOptions): void {
  if (expose === undefined) return;
  if (typeof expose !== 'object' || typeof expose?.filter !== 'function') {
    throw invalid('expose', 'needs a "filter", a function that says for each route whether it becomes a tool');
  }
  for (const name of Object.keys(expose)) {
    if (!['filter', 'names', 'headers', 'output'].includes(name)) {
      throw invalid('expose', `has no field "${name}"; its fields are "filter", "names", "headers" and "output"`);
    }
  }
}

function requestState({ requestState: given }: ResolvedOptions): void {
  if (given === undefined) return;
  for (const name of Object.keys(given)) {
    if (!['keys', 'ttlMs', 'singleUse'].includes(name)) {
      throw invalid('requestState', `has no field "${name}"; its fields are "keys", "ttlMs" and "singleUse"`);
    }
  }
  if (given.keys !== undefined && !Array.isArray(given.keys))
    throw invalid('requestState', 'requires "keys" to be a list');
  if (given.ttlMs !== undefined && !(Number.isSafeInteger(given.ttlMs) && given.ttlMs > 0)) {
    throw invalid('requestState', 'requires "ttlMs" to be a whole number of milliseconds');
  }
  try {
    new KeyRing(given.keys);
  } catch (error) {
    throw invalid('requestState', `is invalid: ${(error as Error).message}`);
  }
}

function redis({ redis: given, redisPrefix }: ResolvedOptions): void {
  const isText = typeof given === 'string' && given !== '';
  if (given !== undefined && !isText && (typeof given !== 'object' || given === null)) {
    throw invalid(
      'redis',
      'must be a URL such as "redis://localhost:6379", ioredis options, the nodes of a cluster, or a client',
    );
  }
  if (typeof redisPrefix !== 'string' || !/^[\w.-]{1,64}$/.test(redisPrefix)) {
    throw invalid('redisPrefix', 'must be 1 to 64 letters, digits, "_", "." or "-"');
  }
}

const KINDS = ['guards', 'interceptors', 'pipes', 'filters'];

function enhancers({ globalEnhancers: given }: ResolvedOptions): void {
  for (const [kind, choice] of Object.entries(given ?? {})) {
    if (!KINDS.includes(kind)) {
      throw invalid('globalEnhancers', `has no field "${kind}"; its fields are "${KINDS.join('", "')}"`);
    }
    const list: unknown = Array.isArray(choice) ? choice : (choice as { except?: unknown } | undefined)?.except;
    const isList = Array.isArray(list) && list.every((type) => typeof type === 'function');
    if (choice !== undefined && typeof choice !== 'boolean' && !isList) {
      throw invalid('globalEnhancers', `requires "${kind}" to be a boolean, a list of classes, or { except: classes }`);
    }
  }
}

function cache({ listCache }: ResolvedOptions): void {
  if (!listCache) return;
  const { ttlMs, scope } = listCache;
  if (!Number.isSafeInteger(ttlMs) || ttlMs < 0)
    throw invalid('listCache', 'requires "ttlMs", a whole number of milliseconds');
  if (scope !== 'public' && scope !== 'private')
    throw invalid('listCache', 'requires "scope", either "public" or "private"');
}
