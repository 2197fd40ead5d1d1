import type { INestApplication } from '@nestjs/common';
import { request, type IncomingMessage, type OutgoingHttpHeaders, type Server } from 'node:http';
import { Server as SecureServer } from 'node:tls';
import { Connection } from './connection.js';

/** One HTTP request. */
export interface LocalRequestOptions {
  readonly verb: 'POST' | 'GET' | 'DELETE';
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: string;
  /** Cuts the connection when it is aborted. */
  readonly signal?: AbortSignal;
}

/** Nest would start an application twice for two clients that come at the same time. */
const known = new WeakMap<INestApplication, Promise<LocalServer>>();

/**
 * The HTTP server of an application, reached without a port: each request comes over a connection inside this process,
 * and passes everything that a request from outside passes.
 */
export class LocalServer {
  readonly #connections = new Set<Connection>();
  #isCut = false;

  /** Starts the application if it has not started yet; it need not listen. */
  static of(app: INestApplication): Promise<LocalServer> {
    let server = known.get(app);
    if (!server) known.set(app, (server = LocalServer.#start(app)));
    return server;
  }

  static async #start(app: INestApplication): Promise<LocalServer> {
    if (typeof app.getHttpServer !== 'function') {
      throw new TypeError('mcpClient() needs an application. Call createNestApplication() of the testing module.');
    }
    await app.init();
    // Fastify has no routes before.
    const framework = app.getHttpAdapter().getInstance() as { ready?: () => PromiseLike<unknown> };
    if (typeof framework.ready === 'function') await framework.ready();
    return new LocalServer(app.getHttpServer() as Server);
  }

  private constructor(private readonly server: Server) {}

  /** @returns the response, as soon as its head is there @throws when the connection is cut before */
  send({ verb: method, path, headers, body, signal }: LocalRequestOptions): Promise<IncomingMessage> {
    // A request on a connection that is closed already would wait for ever.
    if (this.#isCut) return Promise.reject(Object.assign(new Error('The instance is gone.'), { code: 'ECONNRESET' }));
    return new Promise((resolve, reject) => {
      const createConnection = () => this.#connect() as never;
      const outgoing = request({ method, path, headers, createConnection, ...(signal && { signal }) });
      outgoing.on('response', resolve);
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  /** Cuts all connections, and those to come, as if the process were gone. */
  cut(): void {
    this.#isCut = true;
    for (const connection of this.#connections) connection.destroy();
  }

  #connect(): Connection {
    const [near, far] = Connection.pair();
    this.#connections.add(near);
    near.once('close', () => this.#connections.delete(near));
    this.server.emit(this.server instanceof SecureServer ? 'secureConnection' : 'connection', far);
    return near;
  }
}
