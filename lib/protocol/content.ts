import { isObject, type JsonObject } from './messages.js';

/**
 * Hints that tell a client how to use a content block or a resource.
 *
 * @publicApi
 */
export interface Annotations {
  /** The intended audience. Default: both. */
  readonly audience?: readonly ('user' | 'assistant')[];
  /** From 0 (least important) to 1 (most important). */
  readonly priority?: number;
  /** When the content last changed, as an ISO 8601 timestamp (since revision 2025-06-18). */
  readonly lastModified?: string;
}

interface ContentBase {
  readonly annotations?: Annotations;
  readonly _meta?: JsonObject;
}

/**
 * A piece of text. `text()` creates one.
 *
 * @publicApi
 */
export interface TextContent extends ContentBase {
  readonly type: 'text';
  readonly text: string;
}

/**
 * An image.
 *
 * @publicApi
 */
export interface ImageContent extends ContentBase {
  readonly type: 'image';
  /** The bytes in Base64. */
  readonly data: string;
  readonly mimeType: string;
}

/**
 * A sound. Clients of revision 2024-11-05 get a text in its place.
 *
 * @publicApi
 */
export interface AudioContent extends ContentBase {
  readonly type: 'audio';
  /** The bytes in Base64. */
  readonly data: string;
  readonly mimeType: string;
}

/**
 * The contents of one resource: either `text` or `blob`.
 *
 * @publicApi
 */
export interface ResourceContents {
  readonly uri: string;
  readonly mimeType?: string;
  readonly text?: string;
  /** The bytes in Base64. */
  readonly blob?: string;
  readonly _meta?: JsonObject;
}

/**
 * The contents of a resource inside a tool result or a prompt message.
 *
 * @publicApi
 */
export interface EmbeddedResource extends ContentBase {
  readonly type: 'resource';
  readonly resource: ResourceContents;
}

/**
 * A reference to a resource the client can read. Clients of revisions before 2025-06-18 get a text in its place.
 *
 * @publicApi
 */
export interface ResourceLink extends ContentBase {
  readonly type: 'resource_link';
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
  /** Size in bytes. */
  readonly size?: number;
}

/**
 * One item of a tool result or a prompt message (schema: ContentBlock).
 *
 * @publicApi
 */
export type ContentBlock = TextContent | ImageContent | AudioContent | EmbeddedResource | ResourceLink;

const isText = (value: unknown): boolean => typeof value === 'string';

/** The required fields of each type. An object of the application that only has a `type` field is not content. */
const SHAPES = new Map<unknown, (block: JsonObject) => boolean>([
  ['text', (block) => isText(block.text)],
  ['image', (block) => isText(block.data) && isText(block.mimeType)],
  ['audio', (block) => isText(block.data) && isText(block.mimeType)],
  ['resource', ({ resource }) => isObject(resource) && isText(resource.uri)],
  ['resource_link', (block) => isText(block.uri) && isText(block.name)],
]);

/**
 * Whether a value is a content block with the required fields of its type.
 *
 * @publicApi
 */
export const isContentBlock = (value: unknown): value is ContentBlock =>
  isObject(value) && SHAPES.get(value.type)?.(value) === true;

/**
 * Creates a text block.
 *
 * @example
 * ```ts
 * return [text('The chart:'), { type: 'image', data: png.toString('base64'), mimeType: 'image/png' }];
 * ```
 * @publicApi
 */
export const text = (value: string): TextContent => ({ type: 'text', text: value });

/**
 * The result of `tools/call`. A tool may return one in full to set `_meta` or `isError` itself.
 *
 * @publicApi
 */
export interface CallToolResult {
  readonly content: readonly ContentBlock[];
  /** The value described by the tool's output schema. */
  readonly structuredContent?: unknown;
  /** The tool failed, and `content` tells the model why. Default: `false`. */
  readonly isError?: boolean;
  readonly _meta?: JsonObject;
}

/**
 * The result of `resources/read`.
 *
 * @publicApi
 */
export interface ReadResourceResult {
  readonly contents: readonly ResourceContents[];
  readonly _meta?: JsonObject;
}

/**
 * One message of a prompt.
 *
 * @publicApi
 */
export interface PromptMessage {
  readonly role: 'user' | 'assistant';
  readonly content: ContentBlock;
}

/**
 * The result of `prompts/get`.
 *
 * @publicApi
 */
export interface GetPromptResult {
  readonly description?: string;
  readonly messages: readonly PromptMessage[];
  readonly _meta?: JsonObject;
}

/**
 * The suggestions of a completer, in full. A completer may also return only the values.
 *
 * @publicApi
 */
export interface CompletionResult {
  /** The suggestions, best first, at most 100. */
  readonly values: readonly string[];
  /** How many suggestions exist, including those that are not listed. */
  readonly total?: number;
  /** Whether more suggestions exist than are listed. */
  readonly hasMore?: boolean;
}
