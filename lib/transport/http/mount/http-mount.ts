import type { Server } from 'node:http';
import type { HttpAdapterHost } from '@nestjs/core';
import type { HttpEndpoint } from '../http-endpoint.js';
import { mountExpress, receiveFirst, type ExpressApp } from './express-mount.js';
import { mountFastify, type FastifyScope } from './fastify-mount.js';
import { ConnectionDrain } from './connection-drain.js';

/**
 * Mounts the endpoint on the application's HTTP adapter, next to Nest's router. A route of the router would cost half
 * as much CPU again, and global pipes, interceptors and filters for HTTP would rewrite protocol responses (T-33;
 * figures in docs/design-decisions.md). Middleware, CORS and hooks of the application apply.
 */
export class HttpMount {
  #connections: ConnectionDrain | undefined;
  #endpoint: HttpEndpoint | undefined;

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly path: string,
  ) {
    // As soon as the adapter exists, and so before the application or Nest can register body parsers.
    adapterHost.init$.subscribe(() => {
      if (this.#type() === 'express') receiveFirst(this.#instance<ExpressApp>(), this.path, () => this.#endpoint);
    });
  }

  /** @throws when the adapter is neither Express nor Fastify */
  mount(endpoint: HttpEndpoint): void {
    const server = this.adapterHost.httpAdapter?.getHttpServer() as Server | undefined;
    this.#connections = server && ConnectionDrain.of(server);
    this.#endpoint = endpoint;
    if (server) answerExpectations(server, this.path);
    switch (this.#type()) {
      case undefined:
        return;
      case 'express':
        return mountExpress(this.#instance<ExpressApp>(), endpoint, this.path);
      case 'fastify':
        return mountFastify(this.#instance<FastifyScope>(), endpoint, this.path);
      default:
        throw new Error(
          `McpModule cannot mount on the HTTP adapter "${this.#type()}". Use @nestjs/platform-fastify or @nestjs/platform-express, or set the option "path" to false.`,
        );
    }
  }

  /**
   * Refuses new connections, so that a balancer chooses another instance. Nest would accept requests until it closes
   * the server, and cut them then (P8).
   *
   * @returns resolves when no more requests come over the open connections
   */
  async stopAccepting(): Promise<void> {
    await this.#connections?.stopAccepting();
  }

  /** @returns resolves when no more requests come over connections that were busy until now */
  async drainIdle(): Promise<void> {
    await this.#connections?.drainIdle();
  }

  #type(): string | undefined {
    // In an application context (stdio) the adapter has no type, or there is none.
    const adapter = this.adapterHost.httpAdapter as { getType?: () => string } | undefined;
    return adapter?.getType?.() || undefined;
  }

  #instance<T>(): T {
    return this.adapterHost.httpAdapter.getInstance<T>();
  }
}

/** The paths of each server's endpoints, which answer `Expect: 100-continue` themselves. */
const expectingPaths = new WeakMap<Server, Set<string>>();

/**
 * `Expect: 100-continue` to the endpoint is answered by its judgement of the head: it sends 100 when it begins to read
 * the body, or refuses. Everywhere else Node's way is kept, which is to send 100 at once (RFC 9110, section 10.1.1).
 */
function answerExpectations(server: Server, path: string): void {
  const known = expectingPaths.get(server);
  if (known) return void known.add(path);
  const paths = new Set([path]);
  expectingPaths.set(server, paths);
  if (server.listenerCount('checkContinue') > 0) return;
  server.on('checkContinue', (request, response) => {
    if (!paths.has(request.url?.split('?', 1)[0] ?? '')) response.writeContinue();
    server.emit('request', request, response);
  });
}
