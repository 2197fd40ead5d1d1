import type { Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { loadBackends } from '../../backends/load-backends.js';
import { BACKEND_FACTORIES, MCP_OPTIONS, MCP_SERVER_NAME, SERVER_LOGGER } from '../../mcp.tokens.js';
import type { ResolvedOptions } from '../../options/resolve-options.js';
import { ThrottledReporter } from '../../report/throttled-reporter.js';
import { LocalServer } from '../http/local-server.js';
import { McpClusterInstance } from './cluster-instance.js';
import type { McpClusterOptions, TestingModuleSource } from './cluster-options.js';
import { McpCluster } from './mcp-cluster.js';
import { SharedMemory } from './shared-memory.js';

/**
 * Starts several instances of an application in this process, which are one server: with a real Redis as in production,
 * or with the memory of this process in its place. No instance needs a port.
 *
 * @param size how many instances
 * @param create makes the testing module of an instance; called once for each
 * @throws {RangeError} unless there is at least one instance
 * @example
 * ```ts
 * const cluster = await createMcpCluster(2, () => Test.createTestingModule({ imports: [AppModule] }), {
 *   redis: 'redis://127.0.0.1:6379',
 * });
 * const client = cluster.client({ era: 'legacy' });
 * await cluster.instance(1).kill();
 * expect(await client.callTool('forecast', { city: 'Oslo' })).toMatchObject({ text: 'Sunny.' });
 * await cluster.close();
 * ```
 * @publicApi
 */
export async function createMcpCluster(
  size: number,
  create: (name: string) => TestingModuleSource,
  options: McpClusterOptions = {},
): Promise<McpCluster> {
  if (!Number.isSafeInteger(size) || size < 1) throw new RangeError('A cluster has at least one instance.');
  const backends = sharedBackends(options);
  const instances: McpClusterInstance[] = [];
  try {
    for (let number = 1; number <= size; number++) {
      instances.push(await startInstance(String(number), create, options, backends));
    }
  } catch (error) {
    await Promise.all(instances.map((instance) => instance.close()));
    throw error;
  }
  return new McpCluster(instances);
}

async function startInstance(
  name: string,
  create: (name: string) => TestingModuleSource,
  { adapter }: McpClusterOptions,
  backends: BackendsProvider,
): Promise<McpClusterInstance> {
  const builder = create(name);
  builder.overrideProvider(BACKEND_FACTORIES).useFactory(backends);
  const app = (await builder.compile()).createNestApplication(adapter?.());
  try {
    return new McpClusterInstance(name, app, await LocalServer.of(app));
  } catch (error) {
    await app.close();
    throw error;
  }
}

type BackendsProvider = ReturnType<typeof sharedBackends>;

/** Takes the place of the provider that chooses the backends of a server by its options. */
function sharedBackends({ redis }: McpClusterOptions) {
  const memory = new SharedMemory();
  const redisPrefix = `test-${randomBytes(6).toString('hex')}`;
  return {
    inject: [MCP_OPTIONS, MCP_SERVER_NAME, ThrottledReporter, SERVER_LOGGER],
    factory: (given: ResolvedOptions, server: string | undefined, reporter: ThrottledReporter, logger: Logger) =>
      redis === undefined
        ? memory.of(server, given, reporter.report)
        : loadBackends({ ...given, redis, redisPrefix }, server, reporter, logger),
  };
}
