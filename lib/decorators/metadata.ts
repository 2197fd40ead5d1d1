import 'reflect-metadata';
import type { Annotations } from '../protocol/content.js';
import type { CacheHint, Icon, TaskSupport, ToolAnnotations } from '../protocol/definitions.js';
import type { JsonObject } from '../protocol/messages.js';
import type { SchemaSource } from '../schema/index.js';
import type { GlobalEnhancers } from './global-enhancers.js';

/** Metadata keys. The decorators of this folder write them, and only `discovery/metadata-accessor.ts` reads them. */
export const MCP_TOOL = 'nestjs-mcp-fleet:tool';
export const MCP_RESOURCE = 'nestjs-mcp-fleet:resource';
export const MCP_PROMPT = 'nestjs-mcp-fleet:prompt';
export const MCP_COMPLETE = 'nestjs-mcp-fleet:complete';

interface PrimitiveOptions {
  /** Which global enhancers run around it. Default: as the option `globalEnhancers` of the server says, kind by kind. */
  readonly globalEnhancers?: GlobalEnhancers;
  /**
   * The forms the method elicits. A form that elicitation does not allow is then reported at start-up instead of during
   * a call. Default: none, forms are checked when they are used.
   */
  readonly elicits?: readonly SchemaSource[];
  /** The server it belongs to, if the application has several. Default: the server without a name. */
  readonly server?: string;
  /** The display name for people. Default: none. */
  readonly title?: string;
  /** What it is good for. The model reads this to decide whether to use it. Default: none. */
  readonly description?: string;
  /** Icons for clients to show. Default: none. */
  readonly icons?: readonly Icon[];
  /** The `_meta` field of the definition. Default: none. */
  readonly meta?: JsonObject;
  /** Whether the start-up warnings about its schemas are known and no longer to be logged. Default: `false`. */
  readonly acknowledged?: boolean;
}

/**
 * The options of `@McpTool()`.
 *
 * @publicApi
 */
export interface McpToolOptions extends PrimitiveOptions {
  /** The name, 1 to 128 characters of `[A-Za-z0-9_.-]`. Default: the name of the method. */
  readonly name?: string;
  /**
   * A DTO class, Standard Schema or JSON Schema of the arguments. Default: the type of the method's first parameter.
   */
  readonly input?: SchemaSource;
  /**
   * The schema of the return value. Results are validated against it and sent as `structuredContent`. Default: none.
   */
  readonly output?: SchemaSource;
  /** Hints about the tool's behavior. Default: none. */
  readonly annotations?: ToolAnnotations;
  /**
   * Whether calls are answered with a task, which keeps running while the client disconnects and reconnects.
   * `optional`: for clients that support tasks. `required`: always, so only clients that support tasks can call the
   * tool.
   * `forbidden`: never. Default: `forbidden`.
   */
  readonly task?: TaskSupport;
  /**
   * The method decides when its call becomes a task, with `await ctx.detach()`. Until then it is an ordinary call and
   * may ask the client for input. Default: `false`, the call is a task from the start.
   */
  readonly detaches?: boolean;
  /** Run the task again from the top if its worker is lost, instead of failing it. Default: `false`. */
  readonly idempotent?: boolean;
}

/**
 * The options of `@McpResource()`.
 *
 * @publicApi
 */
export interface McpResourceOptions extends PrimitiveOptions {
  /** A fixed URI, or an RFC 6570 template such as `weather://{city}/now` whose variables become the arguments. */
  readonly uri: string;
  /** The name. Default: the name of the method. */
  readonly name?: string;
  /** The media type of the contents. Default: none. */
  readonly mimeType?: string;
  /** Hints about the use of the resource. Default: none. */
  readonly annotations?: Annotations;
  /** The size in bytes, only for a fixed URI. Default: none. */
  readonly size?: number;
  /** The schema of the template's variables. Default: the type of the method's first parameter. */
  readonly input?: SchemaSource;
  /** How long a modern client may cache the contents, and for whom. Default: no caching. */
  readonly cache?: CacheHint;
}

/**
 * The options of `@McpPrompt()`.
 *
 * @publicApi
 */
export interface McpPromptOptions extends PrimitiveOptions {
  /** The name. Default: the name of the method. */
  readonly name?: string;
  /** The schema of the arguments, which are strings on the wire. Default: the type of the method's first parameter. */
  readonly input?: SchemaSource;
}

/**
 * The options of `@McpComplete()`. Set either `prompt` or `resource`.
 *
 * @publicApi
 */
export interface McpCompleteOptions {
  /** Which global enhancers run around it. Default: as the option `globalEnhancers` of the server says, kind by kind. */
  readonly globalEnhancers?: GlobalEnhancers;
  /** The server it belongs to, if the application has several. Default: the server without a name. */
  readonly server?: string;
  /** The name of the prompt whose argument is completed. */
  readonly prompt?: string;
  /** The URI template whose variable is completed. */
  readonly resource?: string;
  /** The name of the argument or variable. */
  readonly argument: string;
}
