import 'reflect-metadata';
import type { Annotations } from '../protocol/content.js';
import type { CacheHint, Icon, TaskSupport, ToolAnnotations } from '../protocol/definitions.js';
import type { JsonObject } from '../protocol/messages.js';
import type { SchemaSource } from '../schema/index.js';
import type { McpAppLink } from './app-options.js';
import type { GlobalEnhancers } from './global-enhancers.js';

/** Metadata keys. The decorators of this folder write them, and only `discovery/metadata-accessor.ts` reads them. */
export const MCP_TOOL = 'nestjs-mcp-fleet:tool';
export const MCP_RESOURCE = 'nestjs-mcp-fleet:resource';
export const MCP_PROMPT = 'nestjs-mcp-fleet:prompt';
export const MCP_COMPLETE = 'nestjs-mcp-fleet:complete';
export const MCP_EXPOSE = 'nestjs-mcp-fleet:expose';
export const MCP_ACCESS = 'nestjs-mcp-fleet:access';
export const MCP_LIMIT = 'nestjs-mcp-fleet:limit';
export const MCP_EXTENSION = 'nestjs-mcp-fleet:extension';
export const MCP_METHOD = 'nestjs-mcp-fleet:method';
export const MCP_SKILL = 'nestjs-mcp-fleet:skill';
export const MCP_APP = 'nestjs-mcp-fleet:app';

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
  /**
   * How long a call may take, in ms; see the option `callTimeoutMs`. A tool that is called as a task has no such limit.
   * Default: `callTimeoutMs`.
   */
  readonly timeoutMs?: number;
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
   * A DTO class, Standard Schema or JSON Schema of the arguments. Default: the type of the method's first parameter. On
   * a route, what its parameters read of the request; see `docs/routes-as-tools.md`.
   */
  readonly input?: SchemaSource;
  /**
   * The schema of the return value. Results are validated against it and sent as `structuredContent`. `false`: none,
   * although the route has one. Default: none; on a route, the type of its response.
   */
  readonly output?: SchemaSource | false;
  /**
   * On a route, whether the headers that it reads with `@Headers('name')` become arguments: all or the named ones. The
   * credentials `Authorization` and `Cookie` never do. Default: `false`, they are those of the caller's own request.
   */
  readonly headers?: boolean | readonly string[];
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
  /**
   * The page that shows its results, and whether it is for the page only; see `docs/apps.md`. Default: none, it is for the
   * model.
   */
  readonly app?: McpAppLink;
  /** Run the task again from the top if its worker is lost, instead of failing it. Default: `false`. */
  readonly idempotent?: boolean;
}

/**
 * How the name of an exposed route is made: of its class and method, of its method, or by a function of both.
 *
 * @publicApi
 */
export type RouteNames = 'controller_method' | 'method' | ((controller: string, method: string) => string);

/**
 * The options of `@McpExpose()`.
 *
 * @publicApi
 */
export interface McpExposeOptions {
  /** The server the routes belong to, if the application has several. Default: the server without a name. */
  readonly server?: string;
  /**
   * The names of the tools. `controller_method` is `products_findOne` for `ProductsController.findOne`. Default:
   * `controller_method`.
   */
  readonly names?: RouteNames;
  /** As the option of `@McpTool()`. Default: `false`. */
  readonly headers?: boolean | readonly string[];
  /** `false`: the tools have no output schema. Default: the type of each response, where there is one. */
  readonly output?: false;
}

/**
 * A route of the application, as the filter of the option `expose` sees it.
 *
 * @publicApi
 */
export interface ExposableRoute {
  /** The class of its controller. */
  readonly controller: abstract new (...args: never[]) => unknown;
  /** The name of its method. */
  readonly method: string;
  /** The method itself, for a `Reflector`. */
  readonly handler: (...args: never[]) => unknown;
  /** `GET`, `POST`, and so on. */
  readonly verb: string;
  /** Its path with prefix and version, such as `/api/v1/products/:id`. */
  readonly path: string;
}

/**
 * The option `expose`: which routes of the application become tools, beside those with decorators.
 *
 * @publicApi
 */
export interface ExposedRoutes extends Omit<McpExposeOptions, 'server'> {
  /**
   * Whether a route becomes a tool. It is not asked about routes that say it themselves, nor about those that Swagger
   * leaves out (`@ApiExcludeController`, `@ApiExcludeEndpoint`).
   */
  readonly filter: (route: ExposableRoute) => boolean;
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
