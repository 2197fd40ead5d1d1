import { MCP_COMPLETE, type McpCompleteOptions } from './metadata.js';
import { primitive } from './primitive.js';

/**
 * The arguments of a completer.
 *
 * @publicApi
 */
export interface McpCompletion {
  /** The text typed so far. */
  readonly value: string;
  /** The other arguments that have been filled in already. */
  readonly arguments: Readonly<Record<string, string>>;
}

/**
 * Makes a method the completer of one argument of a prompt or one variable of a URI template. The method receives a
 * `McpCompletion` and returns the values, best first. Values after the first 100 are dropped.
 *
 * At start-up a prompt, template or argument that does not exist is reported as a `McpDeclarationError`.
 *
 * @example
 * ```ts
 * @McpComplete({ resource: 'weather://{city}/now', argument: 'city' })
 * cities({ value }: McpCompletion) {
 *   return this.names.filter((name) => name.startsWith(value));
 * }
 * ```
 * @see 2026-07-28 server/utilities/completion
 * @publicApi
 */
export const McpComplete = (options: McpCompleteOptions): MethodDecorator => primitive(MCP_COMPLETE, options);
