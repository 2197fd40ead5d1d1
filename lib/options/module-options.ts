import type { ModuleMetadata, Provider, Type } from '@nestjs/common';
import type { McpOptions } from './mcp-options.js';

/**
 * Options of the module itself. They cannot come from a factory.
 *
 * @publicApi
 */
export interface McpModuleExtras {
  /**
   * Names this server in an application with several. Decorators refer to the name. Default: none, the default server.
   */
  readonly server?: string;
  /**
   * Where the HTTP endpoint is mounted. `controller`: as a controller, to which everything applies that the application
   * does with its routes: prefix, versions, middleware, guards, interceptors and filters. `direct`: next to Nest's
   * router, which is faster; only middleware, CORS and hooks of the HTTP framework apply. `http-server`: ahead of the
   * framework, which is the fastest, on Express by far; nothing of the application applies. Default: `controller`.
   */
  readonly mount?: 'controller' | 'direct' | 'http-server';
  /**
   * A class that extends `McpController`, with decorators of the application. The path of its own `@Controller()` is
   * used instead of the option `path`. Default: `McpController`.
   */
  readonly controller?: Type<object>;
  /** Modules whose exports the factory, the `controller` or the `providers` need. Default: none. */
  readonly imports?: ModuleMetadata['imports'];
  /**
   * Overrides parts of the server, such as `{ provide: SessionStore, useClass: MyStore }`. `EventLog`, `MessageBroker`
   * and `PrincipalResolver` can be overridden, too. Default: none.
   */
  readonly providers?: Provider[];
}

/** Where an endpoint is mounted. */
export type MountKind = NonNullable<McpModuleExtras['mount']>;

/**
 * The options of `McpModule.forRoot()`.
 *
 * @publicApi
 */
export type McpModuleOptions = McpOptions & McpModuleExtras;

/**
 * A class that creates the options, for `forRootAsync({ useClass })` or `forRootAsync({ useExisting })`.
 *
 * @publicApi
 */
export interface McpOptionsFactory {
  createMcpOptions(): McpOptions | Promise<McpOptions>;
}

/**
 * The options of `McpModule.forRootAsync()`. Set one of `useFactory`, `useClass` and `useExisting`.
 *
 * @example
 * ```ts
 * McpModule.forRootAsync({
 *   imports: [ConfigModule],
 *   inject: [ConfigService],
 *   useFactory: (config: ConfigService) => ({ name: 'weather', version: '1.0.0', redis: config.get('REDIS_URL') }),
 * });
 * ```
 * @publicApi
 */
export interface McpModuleAsyncOptions extends McpModuleExtras {
  /** The tokens to inject into `useFactory`. */
  readonly inject?: readonly any[];
  /** A function that returns the options. */
  readonly useFactory?: (...dependencies: any[]) => McpOptions | Promise<McpOptions>;
  /** A class that Nest instantiates to create the options. */
  readonly useClass?: Type<McpOptionsFactory>;
  /** The token of an existing provider that creates the options. */
  readonly useExisting?: Type<McpOptionsFactory> | string | symbol;
}
