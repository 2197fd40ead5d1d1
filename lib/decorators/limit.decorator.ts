import type { McpLimitOptions } from '../limits/limit.js';
import { listed } from './listed.js';
import { MCP_LIMIT } from './metadata.js';

/**
 * Limits how often each client may use a tool, resource, prompt or completer, and how many times at once. On a class it
 * holds for each of its methods by itself; those of a method replace those of its class. Several on one method all hold.
 *
 * A refused call is told when to come back. At start-up a limit that limits nothing is reported as a
 * `McpDeclarationError`.
 *
 * @example
 * ```ts
 * @McpLimit({ limit: 10, windowMs: 60_000 })
 * @McpLimit({ concurrent: 2, per: 'server' })
 * @McpTool()
 * report({ month }: ReportArgs) {}
 * ```
 * @publicApi
 */
export const McpLimit = (options: McpLimitOptions): ClassDecorator & MethodDecorator => listed(MCP_LIMIT, options);
