import { MCP_COMPLETE, type McpCompleteOptions } from './metadata.js';
import { primitive } from './primitive.js';

/** What a completer gets as its arguments. */
export interface McpCompletion {
  /** What the person typed so far. */
  readonly value: string;
  /** The other arguments that are already filled in. */
  readonly arguments: Readonly<Record<string, string>>;
}

/**
 * Makes a method the completer of one argument of a prompt or one variable of a URI template. It gets a `McpCompletion`
 * and returns the values, best first; more than 100 are cut (2026-07-28 server/utilities/completion).
 */
export const McpComplete = (options: McpCompleteOptions): MethodDecorator => primitive(MCP_COMPLETE, options);
