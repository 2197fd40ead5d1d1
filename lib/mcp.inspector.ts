import type { INestApplication } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Inspection } from './inspector/inspection.js';
import { type McpInspectorOptions, inspectorSettings } from './inspector/inspector-options.js';
import { MCP_SERVER_NAME } from './mcp.tokens.js';
import { McpOptionsError } from './options/invalid-option.js';
import { knownAcrossCopies } from './packages/known-across-copies.js';

/**
 * A page on which developers and operators see the fleet, and try what the server offers.
 *
 * @example
 * ```ts
 * const app = await NestFactory.create(AppModule);
 * McpInspector.setup('inspector', app, { guard: AdminGuard });
 * await app.listen(3000);
 * ```
 *
 * @publicApi
 */
export class McpInspector {
  static {
    knownAcrossCopies(this, 'McpInspector');
  }

  /**
   * Serves the page. Call it on every instance, before `listen()`: only instances that have it tell about themselves, and
   * only while somebody watches. The global prefix does not apply to it, nor do global guards, as with Swagger's page.
   *
   * @param path where the page is, such as `inspector` for `/inspector/`
   * @param app the application
   * @param options who may see the page, and what it shows and may change
   * @throws {McpOptionsError} for an invalid option, for a page without a guard if `NODE_ENV` is `production`, for a server
   * that the application does not have or whose page is there already, and after the application has started
   */
  static setup(path: string, app: INestApplication, options: McpInspectorOptions = {}): void {
    const settings = inspectorSettings(options);
    const modules = app.get(ModulesContainer);
    const inspection = find(modules, options.server);
    if (inspection.isOpen) {
      throw new McpOptionsError('McpInspector.setup() was called twice for one server; call it once for each server.');
    }
    if ((app as { readonly isInitialized?: boolean }).isInitialized === true) {
      throw new McpOptionsError(
        'McpInspector.setup() came after the application had started; call it before listen().',
      );
    }
    inspection.open(pathOf(path), settings, () => modules.values());
  }
}

/** The server's part in the container, which has its own copy of each provider for each server. */
function find(modules: ModulesContainer, server: string | undefined): Inspection {
  for (const module of modules.values()) {
    const name = module.providers.get(MCP_SERVER_NAME);
    const inspection = name && name.instance === server && module.providers.get(Inspection)?.instance;
    if (inspection) return inspection as Inspection;
  }
  const which = server === undefined ? 'no server without a name' : `no server "${server}"`;
  throw new McpOptionsError(
    `McpInspector found ${which} in this application. Import McpModule, or name its server in the option "server".`,
  );
}

/** @throws {McpOptionsError} */
function pathOf(given: string): string {
  const path = `/${given.replace(/^\/+|\/+$/g, '')}`;
  if (/^(?:\/[\w.~-]+)+$/.test(path)) return path;
  throw new McpOptionsError(
    `McpInspector cannot be at the path "${given}"; it must be a path of letters, digits, "-", "_", "." and "~" below the root.`,
  );
}
