import 'reflect-metadata';
import type { Annotations } from '../protocol/content.js';
import type { CacheHint, Icon, TaskSupport, ToolAnnotations } from '../protocol/definitions.js';
import type { JsonObject } from '../protocol/messages.js';
import type { SchemaSource } from '../schema/index.js';

/** Metadata keys. Written by the decorators of this folder, read by `discovery/metadata-accessor.ts` and nobody else. */
export const MCP_TOOL = 'nestjs-mcp-fleet:tool';
export const MCP_RESOURCE = 'nestjs-mcp-fleet:resource';
export const MCP_PROMPT = 'nestjs-mcp-fleet:prompt';
export const MCP_COMPLETE = 'nestjs-mcp-fleet:complete';

interface PrimitiveOptions {
  /** Forms the method may ask with: one that elicitation does not allow stops the start instead of a call. */
  readonly elicits?: readonly SchemaSource[];
  /** The server this belongs to, where an application has several; default: the one without a `server` name. */
  readonly server?: string;
  /** Name for people. */
  readonly title?: string;
  /** What it is good for: what the model reads to decide. */
  readonly description?: string;
  readonly icons?: readonly Icon[];
  /** Sent as `_meta` of the definition. */
  readonly meta?: JsonObject;
}

export interface McpToolOptions extends PrimitiveOptions {
  /** 1-128 of `[A-Za-z0-9_.-]`; default: the method's name. */
  readonly name?: string;
  /** DTO class, Standard Schema or JSON Schema; default: the type of the method's first parameter. */
  readonly input?: SchemaSource;
  /** What the method returns; results are validated against it and sent as `structuredContent`. */
  readonly output?: SchemaSource;
  readonly annotations?: ToolAnnotations;
  /**
   * Whether calls are answered with a task, which runs on while its client comes and goes: for every client that knows
   * tasks (`optional`), only for those (`required`), or never (`forbidden`, the default).
   */
  readonly task?: TaskSupport;
  /**
   * The method says itself when its call becomes a task, with `await ctx.detach()`; until then it is a call like any
   * other, and may ask. Default: false, a task from the start.
   */
  readonly detaches?: boolean;
  /** Run a task again from the top when its worker was lost, instead of failing it. Default: false. */
  readonly idempotent?: boolean;
}

export interface McpResourceOptions extends PrimitiveOptions {
  /** A fixed URI, or an RFC 6570 template such as `weather://{city}/now` whose variables become the arguments. */
  readonly uri: string;
  /** Default: the method's name. */
  readonly name?: string;
  readonly mimeType?: string;
  readonly annotations?: Annotations;
  /** Bytes, for a fixed URI. */
  readonly size?: number;
  /** Schema of a template's variables; default: the type of the method's first parameter. */
  readonly input?: SchemaSource;
  /** How long and for whom a modern client may cache what is read. Default: not at all. */
  readonly cache?: CacheHint;
}

export interface McpPromptOptions extends PrimitiveOptions {
  /** Default: the method's name. */
  readonly name?: string;
  /** Arguments, all strings on the wire; default: the type of the method's first parameter. */
  readonly input?: SchemaSource;
}

export interface McpCompleteOptions {
  readonly server?: string;
  /** Name of the prompt whose argument is completed; give this or `resource`. */
  readonly prompt?: string;
  /** URI template whose variable is completed; give this or `prompt`. */
  readonly resource?: string;
  /** Name of the argument or variable. */
  readonly argument: string;
}
