import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { MessageBroker } from './broker/message-broker.js';
import { McpLifecycle } from './mcp.lifecycle.js';
import type {
  McpModuleAsyncOptions,
  McpModuleExtras,
  McpModuleOptions,
  McpOptions,
  McpOptionsFactory,
} from './options/mcp-options.js';
import { backendProviders, serverProviders } from './mcp.providers.js';
import { resolveOptions } from './options/resolve-options.js';
import { MCP_OPTIONS, MCP_SERVER_NAME, mcpServerToken } from './mcp.tokens.js';
import { McpServer } from './server/mcp-server.js';
import { SessionStore } from './session/session-store.js';
import { EventLog } from './stream/event-log.js';

/**
 * Makes the application an MCP server. Import it once per server; tools, resources and prompts are decorated methods of
 * any provider or controller of the application.
 */
@Module({})
export class McpModule {
  /** @throws {McpOptionsError} for an option that cannot be */
  static forRoot({ server, imports, providers, ...options }: McpModuleOptions): DynamicModule {
    const resolved = resolveOptions(options);
    return assemble({ server, imports, providers }, [{ provide: MCP_OPTIONS, useValue: resolved }]);
  }

  /** Options from a factory, a class or an existing provider. Wrong ones stop the start with an `McpOptionsError`. */
  static forRootAsync(options: McpModuleAsyncOptions): DynamicModule {
    return assemble(options, optionsProviders(options));
  }
}

function assemble(
  { server, imports = [], providers = [] }: McpModuleExtras,
  optionsProviders: readonly Provider[],
): DynamicModule {
  // A named server is known by its token alone: the class means the default one, to `app.get(McpServer)` too.
  const token = server === undefined ? McpServer : mcpServerToken(server);
  return {
    module: McpModule,
    global: true,
    imports: [DiscoveryModule, ...imports],
    providers: [
      ...optionsProviders,
      { provide: MCP_SERVER_NAME, useValue: server },
      ...backendProviders(McpModule),
      ...serverProviders(token),
      McpLifecycle,
      // Last, so that a provider of the user replaces the default of the same token.
      ...providers,
    ],
    exports: server === undefined ? [token, SessionStore, EventLog, MessageBroker] : [token],
  };
}

function optionsProviders({ inject = [], useFactory, useClass, useExisting }: McpModuleAsyncOptions): Provider[] {
  if (useFactory) {
    const factory = async (...dependencies: unknown[]) => resolveOptions(await useFactory(...dependencies));
    return [{ provide: MCP_OPTIONS, inject: [...inject], useFactory: factory }];
  }
  const factory = useClass ?? useExisting;
  if (!factory) throw new TypeError('McpModule.forRootAsync() needs useFactory, useClass or useExisting.');
  const ask = async (made: McpOptionsFactory): Promise<McpOptions> => resolveOptions(await made.createMcpOptions());
  const options: Provider = { provide: MCP_OPTIONS, inject: [factory], useFactory: ask };
  return useClass ? [useClass, options] : [options];
}
