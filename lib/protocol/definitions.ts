import type { Annotations } from './content.js';
import type { JsonObject } from './messages.js';

/**
 * An icon a client may show for the server or for one of its tools, resources and prompts (since revision 2025-11-25).
 *
 * @publicApi
 */
export interface Icon {
  /** `https:` or `data:` URI. */
  readonly src: string;
  readonly mimeType?: string;
  /** Sizes the icon is drawn for, such as `['48x48']`, or `['any']` for a scalable format. */
  readonly sizes?: readonly string[];
  /** The background the icon is drawn for. Default: both. */
  readonly theme?: 'light' | 'dark';
}

/** The identity of this server (schema: Implementation). */
export interface Implementation {
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  readonly description?: string;
  readonly websiteUrl?: string;
  readonly icons?: readonly Icon[];
}

/**
 * Hints that tell a client how a tool behaves. The server does not enforce any of them (U-9).
 *
 * @example
 * ```ts
 * @McpTool({ annotations: { readOnlyHint: true, openWorldHint: false } })
 * ```
 * @publicApi
 */
export interface ToolAnnotations {
  /** A display name for people. */
  readonly title?: string;
  /** The tool does not modify its environment. A client assumes `false` if it is absent. */
  readonly readOnlyHint?: boolean;
  /** The tool may delete or overwrite data. A client assumes `true` if it is absent. */
  readonly destructiveHint?: boolean;
  /** Calling the tool again with the same arguments has no further effect. A client assumes `false` if it is absent. */
  readonly idempotentHint?: boolean;
  /** The tool reaches systems outside the application. A client assumes `true` if it is absent. */
  readonly openWorldHint?: boolean;
}

/**
 * Whether calls of a tool may (`optional`), must (`required`) or must not (`forbidden`) be answered with a task.
 *
 * @publicApi
 */
export type TaskSupport = 'forbidden' | 'optional' | 'required';

/**
 * A tool, as a list names it.
 *
 * @publicApi
 */
export interface ToolDefinition {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema?: JsonObject;
  readonly annotations?: ToolAnnotations;
  /** Only revision 2025-11-25 has this field. */
  readonly execution?: { readonly taskSupport: TaskSupport };
  readonly icons?: readonly Icon[];
  readonly _meta?: JsonObject;
}

interface ResourceFields {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
  readonly annotations?: Annotations;
  readonly icons?: readonly Icon[];
  readonly _meta?: JsonObject;
}

/**
 * A resource, as a list names it.
 *
 * @publicApi
 */
export interface ResourceDefinition extends ResourceFields {
  readonly uri: string;
  /** Size in bytes. */
  readonly size?: number;
}

/**
 * A template of resources, as a list names it.
 *
 * @publicApi
 */
export interface ResourceTemplateDefinition extends ResourceFields {
  readonly uriTemplate: string;
}

/**
 * An argument of a prompt.
 *
 * @publicApi
 */
export interface PromptArgument {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly required?: boolean;
}

/**
 * A prompt, as a list names it.
 *
 * @publicApi
 */
export interface PromptDefinition {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly arguments?: readonly PromptArgument[];
  readonly icons?: readonly Icon[];
  readonly _meta?: JsonObject;
}

/**
 * How long a modern client may cache an answer, and whether it may share it between users (R-3..R-5).
 * Default: `{ ttlMs: 0, scope: 'private' }`, which means no caching.
 *
 * @publicApi
 */
export interface CacheHint {
  /** Milliseconds the answer stays fresh. */
  readonly ttlMs: number;
  /** `public` declares that every user gets the same answer, whatever their token. It is not access control. */
  readonly scope: 'public' | 'private';
}

export const NO_CACHE: CacheHint = { ttlMs: 0, scope: 'private' };
