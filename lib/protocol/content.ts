import { isObject, type JsonObject } from './messages.js';

export interface Annotations {
  readonly audience?: readonly ('user' | 'assistant')[];
  /** 0 (least) to 1 (most important). */
  readonly priority?: number;
  /** ISO 8601. */
  readonly lastModified?: string;
}

interface ContentBase {
  readonly annotations?: Annotations;
  readonly _meta?: JsonObject;
}

export interface TextContent extends ContentBase {
  readonly type: 'text';
  readonly text: string;
}
export interface ImageContent extends ContentBase {
  readonly type: 'image';
  /** Base64. */
  readonly data: string;
  readonly mimeType: string;
}
export interface AudioContent extends ContentBase {
  readonly type: 'audio';
  /** Base64. */
  readonly data: string;
  readonly mimeType: string;
}
export interface ResourceContents {
  readonly uri: string;
  readonly mimeType?: string;
  readonly text?: string;
  /** Base64. */
  readonly blob?: string;
  readonly _meta?: JsonObject;
}
export interface EmbeddedResource extends ContentBase {
  readonly type: 'resource';
  readonly resource: ResourceContents;
}
export interface ResourceLink extends ContentBase {
  readonly type: 'resource_link';
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
  readonly size?: number;
}

/** One item of a tool result or a prompt message (schema: ContentBlock). */
export type ContentBlock = TextContent | ImageContent | AudioContent | EmbeddedResource | ResourceLink;

const isText = (value: unknown): boolean => typeof value === 'string';

/** What each type has to have; an application's own object that merely has a `type` is no content. */
const SHAPES = new Map<unknown, (block: JsonObject) => boolean>([
  ['text', (block) => isText(block.text)],
  ['image', (block) => isText(block.data) && isText(block.mimeType)],
  ['audio', (block) => isText(block.data) && isText(block.mimeType)],
  ['resource', ({ resource }) => isObject(resource) && isText(resource.uri)],
  ['resource_link', (block) => isText(block.uri) && isText(block.name)],
]);

export const isContentBlock = (value: unknown): value is ContentBlock =>
  isObject(value) && SHAPES.get(value.type)?.(value) === true;

export const text = (value: string): TextContent => ({ type: 'text', text: value });

export interface CallToolResult {
  readonly content: readonly ContentBlock[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
  readonly _meta?: JsonObject;
}

export interface ReadResourceResult {
  readonly contents: readonly ResourceContents[];
  readonly _meta?: JsonObject;
}

export interface PromptMessage {
  readonly role: 'user' | 'assistant';
  readonly content: ContentBlock;
}

export interface GetPromptResult {
  readonly description?: string;
  readonly messages: readonly PromptMessage[];
  readonly _meta?: JsonObject;
}

export interface CompletionResult {
  /** At most 100. */
  readonly values: readonly string[];
  readonly total?: number;
  readonly hasMore?: boolean;
}
