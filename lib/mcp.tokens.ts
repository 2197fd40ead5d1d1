import { Inject, type InjectionToken, type Logger } from '@nestjs/common';
import type { Backends } from './backends/backends.js';

/**
 * The injection token of a named server's `McpServer`, for `app.get()` and for factories. The default server is
 * injected by its class.
 *
 * @example
 * ```ts
 * const admin = app.get<McpServer>(mcpServerToken('admin'));
 * ```
 *
 * @param server the option `server` of its `McpModule`
 * @publicApi
 */
export const mcpServerToken = (server: string): string => `McpServer:${server}`;

/**
 * Injects the `McpServer` of a named server into a constructor parameter or a property.
 *
 * @example
 * ```ts
 * constructor(@InjectMcpServer('admin') private readonly admin: McpServer) {}
 * ```
 *
 * @param server the option `server` of its `McpModule`
 * @publicApi
 */
export const InjectMcpServer = (server: string): ParameterDecorator & PropertyDecorator =>
  Inject(mcpServerToken(server));

// The first two are the same in all copies of this package, so that servers of several copies know of each other.
/** @internal */
export const MCP_OPTIONS = Symbol.for('nestjs-mcp-fleet:options');
/** @internal */
export const MCP_SERVER_NAME = Symbol.for('nestjs-mcp-fleet:server-name');
/** @internal */
export const BACKENDS: InjectionToken<Backends> = Symbol('nestjs-mcp-fleet:backends');
/** @internal */
export const BACKEND_FACTORIES = Symbol('nestjs-mcp-fleet:backend-factories');
/** @internal */
export const SERVER_LOGGER: InjectionToken<Logger> = Symbol('nestjs-mcp-fleet:logger');
/** @internal The option `mount` of one server, or its default. */
export const MOUNT_KIND = Symbol('nestjs-mcp-fleet:mount');
/** @internal The controller of one server; `undefined` if its endpoint is mounted next to the router. */
export const SERVED_CONTROLLER = Symbol('nestjs-mcp-fleet:controller');
