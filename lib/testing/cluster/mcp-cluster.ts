import type { McpClientOptions } from '../client/client-options.js';
import { McpClient } from '../client/mcp-client.js';
import type { Destination, Instance } from '../http/line.js';
import type { McpClusterInstance } from './cluster-instance.js';

/**
 * Several instances of one server, in this process. `createMcpCluster()` creates one.
 *
 * @publicApi
 */
export class McpCluster {
  readonly #clients: McpClient[] = [];

  /** @internal */
  constructor(
    /** In the order of their names. */
    readonly instances: readonly McpClusterInstance[],
  ) {}

  /** A client whose requests come to one running instance after the other, as from a balancer without sticky sessions. */
  client(options: McpClientOptions = {}): McpClient {
    const client = new McpClient(new RoundRobin(this.instances, options.server), options);
    this.#clients.push(client);
    return client;
  }

  /** @param name of the instance, from `1` @throws {Error} when there is none */
  instance(name: string | number): McpClusterInstance {
    const found = this.instances.find((one) => one.name === String(name));
    if (found) return found;
    const names = this.instances.map((one) => one.name).join(', ');
    throw new Error(`The cluster has no instance ${name}. It has ${names}.`);
  }

  /** Closes all clients and all instances. */
  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    await Promise.all(this.instances.map((instance) => instance.close()));
  }
}

/** Sends each request to the next running instance. */
class RoundRobin implements Destination {
  #next = 0;

  constructor(
    private readonly instances: readonly McpClusterInstance[],
    private readonly server: string | undefined,
  ) {}

  async next(): Promise<Instance> {
    const { length } = this.instances;
    for (let tried = 0; tried < length; tried++) {
      const instance = this.instances[this.#next++ % length]!;
      if (instance.isRunning) return instance.at(this.server);
    }
    throw new Error('No instance of the cluster is running any more.');
  }
}
