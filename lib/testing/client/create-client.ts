import type { INestApplication } from '@nestjs/common';
import { endpointOf } from '../http/endpoint.js';
import type { Destination, Instance } from '../http/line.js';
import { LocalServer } from '../http/local-server.js';
import type { McpClientOptions } from './client-options.js';
import { McpClient } from './mcp-client.js';

/**
 * Creates a client for the MCP server of an application, which need not listen on a port: the client starts it with
 * `app.init()` if nobody has. It works on Fastify and Express, with jest and vitest.
 *
 * @param app of `createNestApplication()`; who created it closes it, too
 * @throws {TypeError} when `era` and `revision` contradict each other
 * @example
 * ```ts
 * const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
 * const app = module.createNestApplication(new FastifyAdapter());
 * const client = mcpClient(app);
 * expect(await client.callTool('forecast', { city: 'Oslo' })).toMatchObject({ text: 'Sunny.' });
 * await client.close();
 * await app.close();
 * ```
 * @publicApi
 */
export function mcpClient(app: INestApplication, options: McpClientOptions = {}): McpClient {
  return new McpClient(new OneApplication(app, options.server), options);
}

/** An application that is started by the first request. */
class OneApplication implements Destination {
  #instance: Promise<Instance> | undefined;

  constructor(
    private readonly app: INestApplication,
    private readonly server: string | undefined,
  ) {}

  next(): Promise<Instance> {
    return (this.#instance ??= this.#start());
  }

  async #start(): Promise<Instance> {
    const server = await LocalServer.of(this.app);
    return { server, endpoint: endpointOf(this.app, this.server) };
  }
}
