import type { CanActivate, Type } from '@nestjs/common';
import { McpOptionsError } from '../options/invalid-option.js';

/**
 * A guard of the page: a class, of which Nest makes or finds the instance, or an instance.
 *
 * @publicApi
 */
export type McpInspectorGuard = Type<CanActivate> | CanActivate;

/**
 * Options of `McpInspector.setup()`.
 *
 * @publicApi
 */
export interface McpInspectorOptions {
  /**
   * Decides who may see the page and everything behind it. Several guards all have to agree. Default: none, everybody who
   * reaches the port may, which is refused if `NODE_ENV` is `production`.
   */
  readonly guard?: McpInspectorGuard | readonly McpInspectorGuard[];
  /** Lets the page end sessions and cancel tasks. Default: `false`. */
  readonly actions?: boolean;
  /** The name of the server that the page is about. Default: the server without a name. */
  readonly server?: string;
  /**
   * Shows the arguments of calls, without what `@McpSecret()` marks, and what tools say of the state of their tasks.
   * Default: `false`, as they may hold personal data.
   */
  readonly showArguments?: boolean;
  /** Shows who somebody is, by subject and address, in place of a hash. Default: `false`. */
  readonly showPrincipals?: boolean;
  /** Pages that may watch one instance at the same time. Default: 8. */
  readonly maxWatchers?: number;
  /** Calls of one instance that the tape shows in a second; the rest is counted. Default: 50. */
  readonly maxCallsPerSecond?: number;
}

export interface InspectorSettings extends Required<Omit<McpInspectorOptions, 'guard' | 'server'>> {
  readonly guards: readonly McpInspectorGuard[];
}

/** Between two reports of an instance, ms. */
export const REPORT_INTERVAL_MS = 1000;

export const callsPerReport = ({ maxCallsPerSecond }: InspectorSettings): number =>
  Math.ceil((maxCallsPerSecond * REPORT_INTERVAL_MS) / 1000);

const FLAGS = ['actions', 'showArguments', 'showPrincipals'] as const;
const COUNTS = ['maxWatchers', 'maxCallsPerSecond'] as const;
const KNOWN: readonly string[] = ['guard', 'server', ...FLAGS, ...COUNTS];

/** @throws {McpOptionsError} for an unknown or invalid option, and for a page without a guard in production */
export function inspectorSettings(
  given: McpInspectorOptions,
  environment = process.env['NODE_ENV'],
): InspectorSettings {
  const unknown = Object.keys(given).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) {
    throw new McpOptionsError(`McpInspector has no option "${unknown}"; its options are "${KNOWN.join('", "')}".`);
  }
  const { guard = [] } = given;
  const settings: InspectorSettings = {
    guards: Array.isArray(guard) ? (guard as readonly McpInspectorGuard[]) : [guard as McpInspectorGuard],
    actions: given.actions ?? false,
    showArguments: given.showArguments ?? false,
    showPrincipals: given.showPrincipals ?? false,
    maxWatchers: given.maxWatchers ?? 8,
    maxCallsPerSecond: given.maxCallsPerSecond ?? 50,
  };
  for (const name of FLAGS) {
    if (typeof settings[name] !== 'boolean') throw invalid(name, 'must be true or false');
  }
  for (const name of COUNTS) {
    if (!Number.isSafeInteger(settings[name]) || settings[name] < 1 || settings[name] > MOST) {
      throw invalid(name, `is ${String(settings[name])}; it must be a whole number from 1 to ${MOST}`);
    }
  }
  for (const one of settings.guards) {
    if (!isGuard(one)) throw invalid('guard', 'must be a class or an object with canActivate(), or several');
  }
  if (environment === 'production' && settings.guards.length === 0) {
    throw new McpOptionsError(
      'McpInspector has no guard, and NODE_ENV is production: everybody who reaches the port would see the fleet. Give it the option "guard".',
    );
  }
  return settings;
}

/** Beyond this the page costs more than what it shows. */
const MOST = 1000;

const isGuard = (given: unknown): given is McpInspectorGuard => {
  const guard: unknown = typeof given === 'function' ? given.prototype : given;
  return typeof guard === 'object' && guard !== null && typeof (guard as CanActivate).canActivate === 'function';
};

const invalid = (name: string, problem: string) => new McpOptionsError(`McpInspector option "${name}" ${problem}.`);
