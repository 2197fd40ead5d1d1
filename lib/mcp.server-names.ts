import type { ModulesContainer } from '@nestjs/core';
import { McpOptionsError } from './options/invalid-option.js';
import type { ResolvedOptions } from './options/resolve-options.js';
import type { ServedController } from './mcp.served-controller.js';
import { MCP_OPTIONS, MCP_SERVER_NAME, SERVED_CONTROLLER } from './mcp.tokens.js';

/**
 * The names of all servers of the application; `undefined` stands for the default server.
 *
 * @throws {McpOptionsError} if two servers have the same name or the same path
 */
export function serverNames(modules: ModulesContainer): Set<string | undefined> {
  const names = new Set<string | undefined>();
  const paths = new Set<string>();
  for (const { providers } of modules.values()) {
    const name = providers.get(MCP_SERVER_NAME);
    if (!name) continue;
    const server = name.instance as string | undefined;
    const served = providers.get(SERVED_CONTROLLER)?.instance as ServedController | undefined;
    const given = (providers.get(MCP_OPTIONS)!.instance as ResolvedOptions).path;
    const path = given === false ? false : (served?.path ?? given);
    if (names.has(server)) throw duplicateServer(server);
    if (path !== false && paths.has(path)) {
      throw new McpOptionsError(`Two servers of this application have the path "${path}"; give each its own "path".`);
    }
    names.add(server);
    if (path !== false) paths.add(path);
  }
  return names;
}

function duplicateServer(server: string | undefined): McpOptionsError {
  const which = server === undefined ? 'the default server' : `the server "${server}"`;
  return new McpOptionsError(
    `McpModule declares ${which} twice. Import McpModule once for each server, and name each with "server".`,
  );
}
