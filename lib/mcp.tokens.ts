import { Inject, type InjectionToken, type Logger } from '@nestjs/common';
import type { Backends } from './backends/backends.js';

/** Injection token of a named server's `McpServer`; the default server is injected by its class. */
export const mcpServerToken = (server: string): string => `McpServer:${server}`;

/** Injects the `McpServer` of a named server. */
export const InjectMcpServer = (server: string): ParameterDecorator & PropertyDecorator =>
  Inject(mcpServerToken(server));

/** @internal */
export const MCP_OPTIONS = Symbol('nestjs-mcp-fleet:options');
/** @internal */
export const BACKENDS: InjectionToken<Backends> = Symbol('nestjs-mcp-fleet:backends');
/** @internal */
export const BACKEND_FACTORIES = Symbol('nestjs-mcp-fleet:backend-factories');
/** @internal */
export const MCP_SERVER_NAME = Symbol('nestjs-mcp-fleet:server-name');
/** @internal */
export const SERVER_LOGGER: InjectionToken<Logger> = Symbol('nestjs-mcp-fleet:logger');
