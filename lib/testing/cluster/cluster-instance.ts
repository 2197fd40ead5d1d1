import type { INestApplication } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { McpLifecycle } from '../../mcp.lifecycle.js';
import { McpRuntime } from '../../server/mcp-runtime.js';
import type { McpClientOptions } from '../client/client-options.js';
import { McpClient } from '../client/mcp-client.js';
import { endpointOf } from '../http/endpoint.js';
import type { Instance } from '../http/line.js';
import type { LocalServer } from '../http/local-server.js';

/**
 * One instance of a cluster.
 *
 * @publicApi
 */
export class McpClusterInstance {
  #ended: Promise<void> | undefined;
  readonly #clients: McpClient[] = [];

  /** @internal */
  constructor(
    /** Its number in the cluster, from 1. */
    readonly name: string,
    /** The application, for its providers. */
    readonly app: INestApplication,
    private readonly server: LocalServer,
  ) {}

  /** Whether it has neither been stopped nor killed. */
  get isRunning(): boolean {
    return this.#ended === undefined;
  }

  /** A client all of whose requests come to this instance. */
  client(options: McpClientOptions = {}): McpClient {
    const client = new McpClient({ next: async () => this.at(options.server) }, options);
    this.#clients.push(client);
    return client;
  }

  /** @internal */
  at(server: string | undefined): Instance {
    return { server: this.server, endpoint: endpointOf(this.app, server) };
  }

  /** Shuts it down in an orderly way, as a deployment does. */
  stop(): Promise<void> {
    return (this.#ended ??= this.app.close().then(() => this.server.cut()));
  }

  /**
   * Ends it as a crash would: its connections are cut, it is cut off from Redis, and nothing of what runs there is
   * delivered any more. In a cluster in memory, calls of sessions that run there end with an error instead, because their
   * process is still there.
   *
   * @returns resolves when clients can notice it
   */
  async kill(): Promise<void> {
    if (this.#ended) return this.#ended;
    let end = (): void => undefined;
    this.#ended = new Promise((resolve) => (end = resolve));
    this.server.cut();
    const parts = [...this.app.get(ModulesContainer).values()].flatMap(({ providers }) => {
      const lifecycle = providers.get(McpLifecycle)?.instance as McpLifecycle | undefined;
      const runtime = providers.get(McpRuntime)?.instance as McpRuntime | undefined;
      return lifecycle && runtime ? [{ lifecycle, runtime }] : [];
    });
    await Promise.all(parts.map(({ lifecycle }) => lifecycle.onApplicationShutdown()));
    // Nobody waits for what runs on an instance that is gone. The other instances may have the same options.
    for (const { runtime } of parts) {
      Object.assign(runtime, { options: { ...runtime.options, drainTimeoutMs: 0 } });
    }
    const running = parts.flatMap(({ runtime }) => [runtime.inFlight.drain(0), runtime.tasks.runner.drain(0)]);
    void Promise.allSettled([...running, this.app.close()]).then(() => end());
  }

  /** @internal Resolves when nothing of it is left. */
  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    await (this.#ended ?? this.stop());
  }
}
