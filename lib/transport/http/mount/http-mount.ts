import type { Server, ServerResponse } from 'node:http';
import type { HttpAdapterHost } from '@nestjs/core';
import { Observable } from 'rxjs';
import { answerExpectations } from '../expectations.js';
import type { HttpContext } from '../http-context.js';
import type { HttpEndpoint } from '../http-endpoint.js';
import type { SseEvent } from '../sse/sse-event.js';
import { ConnectionDrain } from './connection-drain.js';
import { ExpressMount } from './express/express-mount.js';
import { FastifyMount } from './fastify/fastify-mount.js';
import type { FastifyReply } from './fastify/fastify-types.js';
import type { FrameworkMount, MarkedRoutes } from './framework-mount.js';
import { type MetadataDocument, MetadataDocuments } from './metadata-documents.js';
import type { ServerRequests } from './server-requests.js';

type FrameworkMountClass = new (app: never, path: string, routes: MarkedRoutes | undefined) => FrameworkMount;

/** By the type of Nest's adapter. */
const FRAMEWORKS: ReadonlyMap<string | undefined, FrameworkMountClass> = new Map<string, FrameworkMountClass>([
  ['express', ExpressMount],
  ['fastify', FastifyMount],
]);

/** What else a mount has. */
export interface HttpMountParts {
  /** Of the controller. Default: the endpoint is mounted next to the router. */
  readonly routes?: MarkedRoutes | undefined;
  /** Takes the requests that come to the application's HTTP server. Default: the framework gets them. */
  readonly ahead?: ServerRequests | undefined;
  /** Of the resource. Default: there is no authorization. */
  readonly document?: MetadataDocument | undefined;
}

/**
 * Mounts the endpoint on the application's HTTP adapter: behind the routes of a controller, or next to Nest's router,
 * where only middleware, CORS and hooks of the application apply (T-33). Requests may be taken from the HTTP server before
 * that, where nothing of the application applies. What applies costs CPU (figures in docs/design-decisions.md).
 */
export class HttpMount {
  /** Absent in an application without HTTP (stdio), and on an adapter that is not known. */
  #framework: FrameworkMount | undefined;
  #adapter: object | undefined;
  #connections: ConnectionDrain | undefined;
  #endpoint: HttpEndpoint | undefined;

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly path: string,
    private readonly parts: HttpMountParts,
  ) {
    // As soon as the adapter exists, and so before the application or Nest can register body parsers.
    adapterHost.init$.subscribe(() => this.#receive());
  }

  /** Where the endpoint is, with the prefixes and versions of the application; known once it is mounted. */
  get paths(): readonly string[] {
    return [...(this.#framework?.paths ?? [])];
  }

  /** @throws when the adapter is neither Express nor Fastify */
  mount(endpoint: HttpEndpoint): void {
    // Nest tells only of the first adapter, and a testing module may create a second application.
    if (this.adapterHost.httpAdapter !== this.#adapter) this.#receive();
    const type = this.#adapterType();
    if (type === undefined) return;
    if (!this.#framework) {
      throw new Error(
        `McpModule cannot mount on the HTTP adapter "${type}". Use @nestjs/platform-fastify or @nestjs/platform-express, or set the option "path" to false.`,
      );
    }
    this.#endpoint = endpoint;
    this.#framework.mount(endpoint);
    const server = this.adapterHost.httpAdapter.getHttpServer() as Server | undefined;
    if (!server) return;
    this.#connections = ConnectionDrain.of(server);
    for (const path of this.paths) {
      answerExpectations(server, path);
      this.parts.ahead?.take(server, path, endpoint);
    }
  }

  /**
   * Serves a request that one of the controller's handlers was given.
   *
   * @returns resolves when it was answered; for GET, when its event stream is open
   */
  serve(request: object, response: object, next?: () => void, sent?: HttpContext['sent']): Promise<void> {
    return this.#framework!.serve(this.#endpoint!, { request, response, next, sent });
  }

  /** The same for an event stream: emits each event that was sent. Unsubscribing ends the stream. */
  stream(request: object, response: object, next?: () => void): Observable<SseEvent> {
    const raw = 'raw' in response ? (response as FastifyReply).raw : (response as ServerResponse);
    return new Observable((subscriber) => {
      let isOver = false;
      const end = (): void => {
        isOver = true;
        subscriber.complete();
      };
      void this.serve(request, response, next, (event) => subscriber.next(event)).then(() => {
        const isOpen = raw.headersSent && !raw.writableEnded && !raw.destroyed;
        if (isOpen) raw.once('close', end);
        else end();
      });
      return () => {
        if (!isOver && raw.headersSent) raw.destroy();
      };
    });
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

  #receive(): void {
    const { httpAdapter } = this.adapterHost;
    this.#adapter = httpAdapter;
    const Framework = FRAMEWORKS.get(this.#adapterType());
    if (!Framework) return;
    const { routes, document } = this.parts;
    const framework = new Framework(httpAdapter.getInstance<never>(), this.path, routes);
    this.#framework = framework;
    if (document) MetadataDocuments.of(httpAdapter, (documents) => framework.answerDocuments(documents)).add(document);
    framework.receive(() => this.#endpoint);
  }

  #adapterType(): string | undefined {
    // In an application context (stdio) the adapter has no type, or there is none.
    const adapter = this.adapterHost.httpAdapter as { getType?: () => string } | undefined;
    return adapter?.getType?.() || undefined;
  }
}
