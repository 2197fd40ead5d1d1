import { MCP_PROMPT, type McpPromptOptions } from './metadata.js';
import { primitive } from './primitive.js';

/**
 * Makes a method a prompt. It returns a string (one user message), messages, or a whole `GetPromptResult`.
 *
 * @see 2026-07-28 server/prompts
 */
export const McpPrompt = (options: McpPromptOptions = {}): MethodDecorator => primitive(MCP_PROMPT, options);
