import { type Limit, limitProblem, limitsOf, type McpLimitOptions } from '../limits/limit.js';
import { invalid, requireWholeNumber } from './invalid-option.js';
import type { McpOptions } from './mcp-options.js';

/** The limits of all requests of a client. */
export const requestLimits = ({ limits = [] }: McpOptions): Limit[] => limitsOf('requests', listOf(limits));

/** The limit of something that a client may have only so many of at a time. */
export const atOnce = (what: string, concurrent: number | undefined): Limit[] =>
  concurrent === undefined ? [] : limitsOf(what, [{ concurrent }]);

const listOf = (limits: McpLimitOptions | readonly McpLimitOptions[]): readonly McpLimitOptions[] =>
  Array.isArray(limits) ? limits : [limits as McpLimitOptions];

/** @throws {McpOptionsError} */
export function checkLimits({ limits = [], ...options }: McpOptions): void {
  for (const one of listOf(limits)) {
    const problem = limitProblem(one);
    if (problem !== undefined) throw invalid('limits', problem);
  }
  const { callTimeoutMs, maxResultBytes, maxStreamsPerClient, maxRunningTasksPerClient } = options;
  const numbers = { callTimeoutMs, maxResultBytes, maxStreamsPerClient, maxRunningTasksPerClient };
  for (const [name, value] of Object.entries(numbers)) if (value !== undefined) requireWholeNumber(name, value, 1);
}
