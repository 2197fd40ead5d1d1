import type { ServerResponse, Server } from 'node:http';
import type { HttpAdapterHost } from '@nestjs/core';
import { Observable } from 'rxjs';
import type { HttpContext } from '../http-context.js';
import type { HttpEndpoint } from '../http-endpoint.js';
import type { SseEvent } from '../sse/sse-event.js';
import { answerExpectations } from './answer-expectations.js';
import { ConnectionDrain } from './connection-drain.js';
import { isAt, markedRoutes, mountExpress, receiveFirst, serveExpress } from './express-mount.js';
import type { ExpressApp, ExpressRequest, IsOurs } from './express-mount.js';
import { mountFastify, fastifyContext } from './fastify-mount.js';
import { receiveInHooks } from './fastify-receive.js';
import type { FastifyReply, FastifyRequest, FastifyScope } from './fastify-types.js';
import { type MetadataDocument, MetadataDocuments } from './metadata-documents.js';
import { ReceivedRequests } from './received-requests.js';
import type { ServerRequests } from './server-requests.js';

/**
 * The methods that the controller has no handlers for: the endpoint answers preflights, and 405 to the rest. Both
 * frameworks give HEAD to the handler of GET.
 */
const OTHER_METHODS = ['PUT', 'PATCH', 'OPTIONS'];

/** The routes of a controller: how its handlers are marked, and those of Nest's routes that have the mark. */
export interface MarkedRoutes {
  isMarked(handlerOrConfig: object): boolean;
}

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
  readonly #received = new ReceivedRequests();
  #connections: ConnectionDrain | undefined;
  #endpoint: HttpEndpoint | undefined;
  #paths: ReadonlySet<string>;
  #isOurs: IsOurs = () => false;

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    path: string,
    private readonly parts: HttpMountParts,
  ) {
    this.#paths = new Set(parts.routes ? [] : [path]);
    // As soon as the adapter exists, and so before the application or Nest can register body parsers.
    adapterHost.init$.subscribe(() => this.#receive());
  }

  /** Where the endpoint is, with the prefixes and versions of the application; known once it is mounted. */
  get paths(): readonly string[] {
    return [...this.#paths];
  }

  /** @throws when the adapter is neither Express nor Fastify */
  mount(endpoint: HttpEndpoint): void {
    const server = this.adapterHost.httpAdapter?.getHttpServer() as Server | undefined;
    this.#connections = server && ConnectionDrain.of(server);
    this.#endpoint = endpoint;
    switch (this.#type()) {
      case undefined:
        return;
      case 'express':
        this.#mountExpress(endpoint);
        break;
      case 'fastify':
        for (const path of this.#paths) this.#mountFastify(endpoint, path);
        break;
      default:
        throw new Error(
          `McpModule cannot mount on the HTTP adapter "${this.#type()}". Use @nestjs/platform-fastify or @nestjs/platform-express, or set the option "path" to false.`,
        );
    }
    if (!server) return;
    for (const path of this.#paths) {
      answerExpectations(server, path);
      this.parts.ahead?.take(server, path, endpoint);
    }
  }

  /**
   * Serves a request that one of the controller's handlers was given.
   *
   * @returns resolves when it was answered; for GET, when its event stream is open
   */
  async serve(request: object, response: object, next?: () => void, sent?: HttpContext['sent']): Promise<void> {
    const endpoint = this.#endpoint!;
    if (this.#type() === 'express') {
      const known = request as ExpressRequest;
      if (!this.#isForUs(known)) return next?.();
      return serveExpress(endpoint, this.#received, known, response as ServerResponse, sent);
    }
    const reply = response as FastifyReply;
    const received = this.#received.take(reply.raw.req);
    const http = received?.http ?? fastifyContext(request as FastifyRequest, reply, reply.raw.req);
    const context = sent ? { ...http, sent } : http;
    await (received ? endpoint.serve(context, received.body) : endpoint.handle(context));
    // Fastify would send an empty response of its own when the connection was closed instead.
    http.takeOver?.();
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
    const endpoint = () => this.#endpoint;
    const { routes, document } = this.parts;
    if (document) this.#documents().add(document);
    if (this.#type() === 'express') {
      const app = this.#instance<ExpressApp>();
      this.#isOurs = isAt(app, [...this.#paths]);
      receiveFirst(app, (request) => this.#isOurs(request), this.#received, endpoint);
    } else if (this.#type() === 'fastify' && routes) {
      const isMarked = (config: object) => routes.isMarked(config);
      this.#paths = receiveInHooks(this.#instance<FastifyScope>(), isMarked, this.#received, endpoint);
    }
  }

  /** In front of the application's middleware and hooks, which may ask for a token. */
  #documents(): MetadataDocuments {
    return MetadataDocuments.of(this.adapterHost.httpAdapter, (documents) => {
      if (this.#type() === 'express') {
        this.#instance<ExpressApp>().use((request, response, next) => {
          if (!documents.answer(request, response)) next();
        });
      } else if (this.#type() === 'fastify') {
        this.#instance<FastifyScope>().addHook('onRequest', ({ raw }, reply, done) => {
          if (!documents.answer(raw, reply.raw, () => reply.hijack())) done();
        });
      }
    });
  }

  #mountExpress(endpoint: HttpEndpoint): void {
    const app = this.#instance<ExpressApp>();
    const { routes } = this.parts;
    if (routes) {
      const layers = markedRoutes(app, (handler) => routes.isMarked(handler));
      const paths = layers.flatMap(({ route }) => route!.path);
      this.#paths = new Set(paths);
      this.#isOurs = isAt(app, paths, layers);
    }
    const serves = routes ? (method: string) => OTHER_METHODS.includes(method) : undefined;
    const isForUs = (request: ExpressRequest) => this.#isForUs(request);
    for (const path of this.#paths) mountExpress(app, endpoint, path, isForUs, this.#received, serves);
  }

  /** What was received was judged by its path already. */
  #isForUs(request: ExpressRequest): boolean {
    return this.#received.has(request) || this.#isOurs(request);
  }

  #mountFastify(endpoint: HttpEndpoint, path: string): void {
    mountFastify(this.#instance<FastifyScope>(), endpoint, path, this.parts.routes && OTHER_METHODS);
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
