import {
  type Abstract,
  type DynamicModule,
  Inject,
  type InjectionToken,
  Module,
  type NestModule,
  type Provider,
} from '@nestjs/common';
import { DiscoveryModule, ModulesContainer } from '@nestjs/core';
import { MessageBroker } from './broker/message-broker.js';
import { McpLifecycle } from './mcp.lifecycle.js';
import { controllerOf } from './mcp.served-controller.js';
import { serverNames } from './mcp.server-names.js';
import { putFirst } from './nest/module-order.js';
import type { McpOptions } from './options/mcp-options.js';
import type {
  McpModuleAsyncOptions,
  McpModuleExtras,
  McpModuleOptions,
  McpOptionsFactory,
} from './options/module-options.js';
import { backendProviders, serverProviders } from './mcp.providers.js';
import { resolveOptions } from './options/resolve-options.js';
import { MCP_OPTIONS, MCP_SERVER_NAME, mcpServerToken, MOUNT_KIND, SERVED_CONTROLLER } from './mcp.tokens.js';
import { inOtherCopies, knownAcrossCopies } from './packages/known-across-copies.js';
import { McpServer } from './server/mcp-server.js';
import { SessionStore } from './session/session-store.js';
import { EventLog } from './stream/event-log.js';

/**
 * Makes the application an MCP server. Import it once per server. Tools, resources and prompts are decorated methods of
 * any provider or controller of the application. The module is global: `McpServer` can be injected everywhere.
 *
 * @example
 * ```ts
 * @Module({
 *   imports: [McpModule.forRoot({ name: 'weather', version: '1.0.0' })],
 *   providers: [WeatherTools],
 * })
 * export class AppModule {}
 * ```
 *
 * @publicApi
 */
@Module({})
export class McpModule implements NestModule {
  static {
    knownAcrossCopies(this, 'McpModule');
  }

  constructor(@Inject(ModulesContainer) private readonly modules: ModulesContainer) {}

  /**
   * Configures a server with options that are known when the module is declared.
   *
   * @param options the server's `name` and `version`; everything else has a default
   * @throws {McpOptionsError} for an unknown, missing or invalid option
   */
  static forRoot(given: McpModuleOptions): DynamicModule {
    const { server, imports, providers, mount, controller, ...options } = given;
    const resolved = resolveOptions(options);
    const extras = { server, imports, providers, mount, controller };
    return assemble(extras, [{ provide: MCP_OPTIONS, useValue: resolved }], resolved.path === false);
  }

  /**
   * Configures a server with options from a factory, a class or an existing provider. Invalid options abort the
   * bootstrap with an `McpOptionsError`.
   *
   * @throws {TypeError} if `useFactory`, `useClass` and `useExisting` are all missing
   * @example
   * ```ts
   * McpModule.forRootAsync({
   *   imports: [ConfigModule],
   *   inject: [ConfigService],
   *   useFactory: (config: ConfigService) => ({
   *     name: 'weather',
   *     version: '1.0.0',
   *     redis: config.getOrThrow<string>('REDIS_URL'),
   *   }),
   * });
   * ```
   */
  static forRootAsync(options: McpModuleAsyncOptions): DynamicModule {
    return assemble(options, optionsProviders(options));
  }

  /**
   * Called by Nest before it registers routes, which would fail for two servers with one path. On Express the first route that matches wins, and a route of the
   * application for every path would take the endpoint's requests.
   *
   * @internal
   */
  configure(): void {
    serverNames(this.modules);
    putFirst(this.modules, McpModule);
  }
}

function assemble(
  { server, imports = [], providers = [], mount = 'controller', controller }: McpModuleExtras,
  optionsProviders: readonly Provider[],
  isWithoutHttp = false,
): DynamicModule {
  const served = controllerOf(mount, isWithoutHttp, controller);
  // A named server is provided by its token only, so that `app.get(McpServer)` always returns the default server.
  const token = server === undefined ? McpServer : mcpServerToken(server);
  const exported: readonly ExportedClass[] =
    server === undefined ? [McpServer as ExportedClass, SessionStore, EventLog, MessageBroker] : [];
  const all = [
    ...optionsProviders,
    { provide: MOUNT_KIND, useValue: mount },
    { provide: SERVED_CONTROLLER, useValue: served },
    { provide: MCP_SERVER_NAME, useValue: server },
    ...backendProviders(McpModule),
    ...serverProviders(token),
    McpLifecycle,
    // Last, so that a provider of the application replaces the default of the same token.
    ...providers,
  ];
  return {
    module: McpModule,
    global: true,
    imports: [DiscoveryModule, ...imports],
    controllers: served ? [served.controller] : [],
    // Nest reads these two when the application is created, and every copy of this package has been loaded by then.
    get providers() {
      return [...all, ...aliasesOf(exported)];
    },
    get exports() {
      return [token, ...exported, ...aliasesOf(exported).map(({ provide }) => provide)];
    },
  };
}

type ExportedClass = Abstract<unknown> & (abstract new (...args: never[]) => unknown);

/** Who injects one of these classes out of another copy of this package gets the same instance. */
const aliasesOf = (classes: readonly ExportedClass[]) =>
  classes.flatMap((own) =>
    inOtherCopies(own).map((other) => ({ provide: other as ExportedClass, useExisting: own as InjectionToken })),
  );

function optionsProviders({ inject = [], useFactory, useClass, useExisting }: McpModuleAsyncOptions): Provider[] {
  if (useFactory) {
    const factory = async (...dependencies: unknown[]) => resolveOptions(await useFactory(...dependencies));
    return [{ provide: MCP_OPTIONS, inject: [...inject], useFactory: factory }];
  }
  const factory = useClass ?? useExisting;
  if (!factory) throw new TypeError('McpModule.forRootAsync() needs useFactory, useClass or useExisting.');
  const create = async (instance: McpOptionsFactory): Promise<McpOptions> =>
    resolveOptions(await instance.createMcpOptions());
  const options: Provider = { provide: MCP_OPTIONS, inject: [factory], useFactory: create };
  return useClass ? [useClass, options] : [options];
}
