import { type Limit, limitProblem, limitsOf, type McpLimitOptions } from './limit.js';

/** What bounds the calls of one primitive. */
export interface Bounds {
  /** How often it may be used. Default: any number of times. */
  readonly limits?: readonly Limit[] | undefined;
  /** How long a call of it may take, ms. Default: the option `callTimeoutMs`. */
  readonly timeoutMs?: number | undefined;
}

/** What a declaration says of the calls of a primitive. */
export interface DeclaredBounds {
  readonly limits: readonly McpLimitOptions[];
  readonly timeoutMs: number | undefined;
}

/**
 * @param what the primitive, by its kind and name
 * @throws Error for a limit or a time that makes no sense
 */
export function boundsOf(what: string, { limits, timeoutMs }: DeclaredBounds): Bounds {
  for (const limit of limits) {
    const problem = limitProblem(limit);
    if (problem !== undefined) throw new Error(`its limit ${problem}`);
  }
  if (timeoutMs !== undefined && !(Number.isSafeInteger(timeoutMs) && timeoutMs >= 1)) {
    throw new Error(`its "timeoutMs" is ${timeoutMs}; it must be a whole number of milliseconds`);
  }
  return { limits: limits.length === 0 ? undefined : limitsOf(what, limits), timeoutMs };
}
