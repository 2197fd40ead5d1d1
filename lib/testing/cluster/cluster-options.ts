import type { INestApplication } from '@nestjs/common';
import type { McpOptions } from '../../options/mcp-options.js';

/**
 * What `createMcpCluster()` uses of the builder that `Test.createTestingModule()` of `@nestjs/testing` returns.
 *
 * @publicApi
 */
export interface TestingModuleSource {
  overrideProvider(token: any): { useFactory(options: { factory: (...args: any[]) => any; inject?: any[] }): any };
  compile(): Promise<{ createNestApplication(httpAdapter?: any): INestApplication }>;
}

/**
 * Options of `createMcpCluster()`.
 *
 * @publicApi
 */
export interface McpClusterOptions {
  /**
   * The Redis that the instances share, as in the option `redis` of `McpModule`, whose place it takes. The keys of each
   * cluster are its own. Default: none; the instances share the memory of this process.
   */
  readonly redis?: McpOptions['redis'];
  /** Creates the HTTP adapter of an instance. Default: Nest's own default, Express. */
  readonly adapter?: () => unknown;
}
