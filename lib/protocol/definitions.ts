import type { Annotations } from './content.js';
import type { JsonObject } from './messages.js';

export interface Icon {
  /** `https:` or `data:` URI. */
  readonly src: string;
  readonly mimeType?: string;
  /** E.g. `['48x48']` or `['any']`. */
  readonly sizes?: readonly string[];
  readonly theme?: 'light' | 'dark';
}

/** Who this server is (schema: Implementation). */
export interface Implementation {
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  readonly description?: string;
  readonly websiteUrl?: string;
  readonly icons?: readonly Icon[];
}

/** Hints for the client; nothing is enforced by them (U-9). */
export interface ToolAnnotations {
  readonly title?: string;
  readonly readOnlyHint?: boolean;
  readonly destructiveHint?: boolean;
  readonly idempotentHint?: boolean;
  readonly openWorldHint?: boolean;
}

/** Whether calls of a tool may, must or must not be answered with a task. */
export type TaskSupport = 'forbidden' | 'optional' | 'required';

export interface ToolDefinition {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema?: JsonObject;
  readonly annotations?: ToolAnnotations;
  /** 2025-11-25 alone has it. */
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

export interface ResourceDefinition extends ResourceFields {
  readonly uri: string;
  /** Bytes. */
  readonly size?: number;
}

export interface ResourceTemplateDefinition extends ResourceFields {
  readonly uriTemplate: string;
}

export interface PromptArgument {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly required?: boolean;
}

export interface PromptDefinition {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly arguments?: readonly PromptArgument[];
  readonly icons?: readonly Icon[];
  readonly _meta?: JsonObject;
}

/** How long and for whom an answer may be cached (R-3..R-5). Default: `{ ttlMs: 0, scope: 'private' }`. */
export interface CacheHint {
  readonly ttlMs: number;
  /** `public` says that everybody, with any token, gets the same answer. It is no access control. */
  readonly scope: 'public' | 'private';
}

export const NO_CACHE: CacheHint = { ttlMs: 0, scope: 'private' };
