import type {
  CallToolResult,
  ContentBlock,
  GetPromptResult,
  ReadResourceResult,
  ResourceContents,
} from '../../protocol/content.js';
import type { JsonObject } from '../../protocol/messages.js';

/**
 * The result of a tool: a plain object for matchers.
 *
 * @example
 * ```ts
 * expect(await client.callTool('greet', { name: 'Ada' })).toMatchObject({ text: 'Hello, Ada.', isError: false });
 * ```
 * @publicApi
 */
export interface ToolAnswer<T = unknown> extends CallToolResult {
  /** All blocks of text of the content, in lines. */
  readonly text: string;
  readonly isError: boolean;
  /** As it came. In the legacy era a value that is no object is wrapped, as `{ result }`. */
  readonly structuredContent: T;
}

/**
 * The contents of a resource.
 *
 * @publicApi
 */
export interface ResourceAnswer extends ReadResourceResult {
  /** All contents that are text, in lines. */
  readonly text: string;
}

/**
 * The messages of a prompt.
 *
 * @publicApi
 */
export interface PromptAnswer extends GetPromptResult {
  /** All messages that are text, in lines. */
  readonly text: string;
}

const lines = (parts: readonly (ContentBlock | ResourceContents)[]): string =>
  parts.flatMap((part) => ('text' in part && part.text !== undefined ? [part.text] : [])).join('\n');

export function toolAnswer<T>(result: JsonObject): ToolAnswer<T> {
  const { resultType: _, ...own } = result;
  const { content = [], isError = false, structuredContent } = own as Partial<CallToolResult>;
  return { ...own, content, isError, text: lines(content), structuredContent: structuredContent as T };
}

export function resourceAnswer(result: JsonObject): ResourceAnswer {
  const { contents, _meta } = result as unknown as ReadResourceResult;
  return { contents, text: lines(contents), ...(_meta && { _meta }) };
}

export function promptAnswer(result: JsonObject): PromptAnswer {
  const { resultType: _, ...own } = result;
  const prompt = own as unknown as GetPromptResult;
  return { ...prompt, text: lines(prompt.messages.map(({ content }) => content)) };
}
