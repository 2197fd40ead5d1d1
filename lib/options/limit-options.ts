import { type Limit, limitProblem, limitsOf, type McpLimitOptions } from '../limits/limit.js';
import { invalid, requireWholeNumber } from './invalid-option.js';
import type { McpOptions } from './mcp-options.js';

/** The limits of all requests of a client. */
export const requestLimits = ({ limits = [] }: McpOptions): Limit[] => limitsOf('requests', listOf(limits));

const listOf = (limits: McpLimitOptions | readonly McpLimitOptions[]): readonly McpLimitOptions[] =>
  Array.isArray(limits) ? limits : [limits as McpLimitOptions];

/** @throws {McpOptionsError} */
export function checkLimits({ limits = [], callTimeoutMs, maxResultBytes }: McpOptions): void {
  for (const one of listOf(limits)) {
    const problem = limitProblem(one);
    if (problem !== undefined) throw invalid('limits', problem);
  }
  for (const [name, value] of Object.entries({ callTimeoutMs, maxResultBytes })) {
    if (value !== undefined) requireWholeNumber(name, value, 1);
  }
}
