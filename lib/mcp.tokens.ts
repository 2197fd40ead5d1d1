import { Inject } from '@nestjs/common';

/** Injection token of a named server's `McpServer`; the default server is injected by its class. */
export const mcpServerToken = (server: string): string => `McpServer:${server}`;

/** Injects the `McpServer` of a named server. */
export const InjectMcpServer = (server: string): ParameterDecorator & PropertyDecorator =>
  Inject(mcpServerToken(server));

/** @internal */
export const MCP_OPTIONS = Symbol('nestjs-mcp-fleet:options');
/** @internal */
export const BACKEND_FACTORIES = Symbol('nestjs-mcp-fleet:backend-factories');
/** @internal */
export const MCP_SERVER_NAME = Symbol('nestjs-mcp-fleet:server-name');
