import { MCP_TOOL, type McpToolOptions } from './metadata.js';
import { primitive } from './primitive.js';

/**
 * Makes a method of a provider or controller a tool. Its parameters are `(args, ctx)` unless decorated; it may return a
 * value, a content array, a Promise, an Observable or an AsyncIterable.
 *
 * @throws at start-up, naming class and method, for a duplicate name or a schema that cannot be
 * @see 2026-07-28 server/tools
 */
export const McpTool = (options: McpToolOptions = {}): MethodDecorator => primitive(MCP_TOOL, options);
