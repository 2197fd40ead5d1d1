import type { INestApplication } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { MCP_OPTIONS, MCP_SERVER_NAME } from '../../mcp.tokens.js';
import type { ResolvedOptions } from '../../options/resolve-options.js';
import { PrincipalResolver } from '../../session/principal-resolver.js';
import { HttpMount } from '../../transport/http/mount/http-mount.js';

/** One MCP server of an application, as the client of a test finds it. */
export interface Endpoint {
  readonly path: string;
  /** A name by which the server lets itself be called. */
  readonly host: string;
  readonly principals: PrincipalResolver | undefined;
}

/**
 * @param server the option `server` of its `McpModule`; `undefined` for the default server
 * @throws {Error} when the application has no such server, or reaches it only by stdio
 */
export function endpointOf(app: INestApplication, server: string | undefined): Endpoint {
  const which = server === undefined ? 'default server' : `server "${server}"`;
  for (const { providers } of app.get(ModulesContainer).values()) {
    const name = providers.get(MCP_SERVER_NAME);
    if (!name || name.instance !== server) continue;
    const mount = providers.get(HttpMount)?.instance as HttpMount | undefined;
    const path = mount?.paths[0];
    if (path === undefined) {
      throw new Error(`The ${which} has no HTTP endpoint. Remove the option "path: false" of its McpModule.`);
    }
    const { allowedHosts: [host = 'localhost'] = [] } = providers.get(MCP_OPTIONS)!.instance as ResolvedOptions;
    return { path, host, principals: providers.get(PrincipalResolver)?.instance as PrincipalResolver | undefined };
  }
  throw new Error(`The application has no ${which}. Import McpModule, and name the server with the option "server".`);
}
