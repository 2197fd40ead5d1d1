import { MCP_PROMPT, type McpPromptOptions } from './metadata.js';
import { primitive } from './primitive.js';

/**
 * Makes a method a prompt. The method returns a string (one user message), messages, or a whole `GetPromptResult`.
 *
 * At start-up a duplicate name or an invalid schema is reported as a `McpDeclarationError`.
 *
 * @example
 * ```ts
 * @McpPrompt({ description: 'Plans a day trip' })
 * trip({ city }: TripArgs) {
 *   return `Plan a day in ${city}.`;
 * }
 * ```
 * @see 2026-07-28 server/prompts
 * @publicApi
 */
export const McpPrompt = (options: McpPromptOptions = {}): MethodDecorator => primitive(MCP_PROMPT, options);
