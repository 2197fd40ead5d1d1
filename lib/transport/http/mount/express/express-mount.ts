import type { ServerResponse } from 'node:http';
import type { HttpContext } from '../../http-context.js';
import type { HttpEndpoint } from '../../http-endpoint.js';
import { type FrameworkMount, type HandledRequest, type MarkedRoutes, OTHER_METHODS } from '../framework-mount.js';
import type { MetadataDocuments } from '../metadata-documents.js';
import { bytesReadAlready } from '../read-already.js';
import { ReceivedRequests } from '../received-requests.js';
import { isAt, type IsOurs, markedRoutes } from './express-routes.js';
import type { ExpressApp, ExpressRequest } from './express-types.js';

export class ExpressMount implements FrameworkMount {
  paths: ReadonlySet<string>;
  readonly #received = new ReceivedRequests();
  #isAtPaths: IsOurs;

  constructor(
    private readonly app: ExpressApp,
    path: string,
    private readonly routes: MarkedRoutes | undefined,
  ) {
    const paths = routes ? [] : [path];
    this.paths = new Set(paths);
    this.#isAtPaths = isAt(app, paths);
  }

  answerDocuments(documents: MetadataDocuments): void {
    this.app.use((request, response, next) => {
      if (!documents.answer(request, response)) next();
    });
  }

  /** A body parser that comes later finds the stream read and ignores it. */
  receive(endpoint: () => HttpEndpoint | undefined): void {
    this.app.use((request, response, next) => {
      const receiver = endpoint();
      if (!receiver || !this.#isAtPaths(request)) return next();
      void this.#received.receive(receiver, contextOf(request, response)).then((goesOn) => goesOn && next());
    });
  }

  mount(endpoint: HttpEndpoint): void {
    const { app, routes } = this;
    if (routes) {
      const layers = markedRoutes(app, (handler) => routes.isMarked(handler));
      const paths = layers.flatMap(({ route }) => route!.path);
      this.paths = new Set(paths);
      this.#isAtPaths = isAt(app, paths, layers);
    }
    for (const path of this.paths) {
      app.all(path, (request, response, next) => {
        const isHandled = routes && !OTHER_METHODS.includes(request.method!);
        // Express ignores the case of letters, and Fastify does not: both must serve the same paths (SEC10).
        if (isHandled || !this.#isOurs(request)) return next();
        void this.#serve(endpoint, request, response);
      });
    }
  }

  async serve(endpoint: HttpEndpoint, { request, response, next, sent }: HandledRequest): Promise<void> {
    const known = request as ExpressRequest;
    if (!this.#isOurs(known)) return next?.();
    await this.#serve(endpoint, known, response as ServerResponse, sent);
  }

  async #serve(
    endpoint: HttpEndpoint,
    request: ExpressRequest,
    response: ServerResponse,
    sent?: HttpContext['sent'],
  ): Promise<void> {
    const known = this.#received.take(request);
    if (!known) return endpoint.handle({ ...contextOf(request, response), sent });
    await endpoint.serve(sent ? { ...known.http, sent } : known.http, known.body);
  }

  /** What was received was judged by its path already. */
  #isOurs(request: ExpressRequest): boolean {
    return this.#received.has(request) || this.#isAtPaths(request);
  }
}

const contextOf = (request: ExpressRequest, response: ServerResponse): HttpContext => ({
  verb: request.method!,
  headers: request.headers,
  request,
  raw: request,
  remoteAddress: request.ip ?? request.socket.remoteAddress ?? '',
  // An Express application that was passed to Nest may have a parser already; only its result is left then.
  body: bytesReadAlready(request) ?? request,
  response,
});
