import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { HttpEndpoint } from '../http-endpoint.js';

interface FastifyRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** The stream itself: see the content type parser below. */
  readonly body: Readable | undefined;
  readonly ip: string;
  readonly raw: IncomingMessage;
}
interface FastifyReply {
  readonly raw: ServerResponse;
  hijack(): void;
  callNotFound(): unknown;
  getHeaders(): Record<string, string | number | string[] | undefined>;
}

/** What is used of a Fastify instance. */
export interface FastifyScope {
  register(plugin: (scope: FastifyScope, options: unknown, done: () => void) => void): unknown;
  removeAllContentTypeParsers(): void;
  addContentTypeParser(
    type: string,
    parser: (request: unknown, payload: Readable, done: (error: null, body: unknown) => void) => void,
  ): void;
  readonly initialConfig?: {
    readonly ignoreTrailingSlash?: boolean;
    readonly routerOptions?: { readonly ignoreTrailingSlash?: boolean };
  };
  route(options: {
    method: string[];
    url: string;
    exposeHeadRoute: boolean;
    handler: (request: FastifyRequest, reply: FastifyReply) => void;
  }): unknown;
  setErrorHandler(
    handler: (error: { readonly code?: string }, request: FastifyRequest, reply: FastifyReply) => void,
  ): unknown;
}

/** Every method that Fastify routes. The endpoint answers 405 to those it does not serve. */
const HTTP_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Mounts the endpoint in a scope of its own, whose body parser applies to it alone. Hooks of the application apply. */
export function mountFastify(app: FastifyScope, endpoint: HttpEndpoint, path: string): void {
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    // Nothing is read here: the endpoint reads the body once it has judged the head.
    scope.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));
    const handler = (request: FastifyRequest, reply: FastifyReply): void => {
      // Fastify routes by the decoded path, and Express does not: both must serve the same paths (SEC10).
      if (paths.includes(request.raw.url!.split('?', 1)[0]!)) serve(endpoint, request, reply);
      else reply.callNotFound();
    };
    const { ignoreTrailingSlash, routerOptions } = scope.initialConfig ?? {};
    const isLenient = ignoreTrailingSlash === true || routerOptions?.ignoreTrailingSlash === true;
    const paths = path.endsWith('/') ? [path] : [path, `${path}/`];
    // A lenient router takes both forms for one route already.
    for (const url of isLenient ? [path] : paths) {
      scope.route({ method: HTTP_METHODS, url, exposeHeadRoute: false, handler });
    }
    scope.setErrorHandler((error, request, reply) => {
      // Fastify refuses some media types before it chooses a parser; the endpoint decides how to answer.
      if (error.code !== 'FST_ERR_CTP_INVALID_MEDIA_TYPE') throw error;
      serve(endpoint, request, reply);
    });
    done();
  });
}

function serve(endpoint: HttpEndpoint, request: FastifyRequest, reply: FastifyReply): void {
  // The response is written raw from here on, so headers that hooks have set are copied.
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  void endpoint.handle({
    verb: request.method,
    headers: request.headers,
    request,
    raw: request.raw,
    remoteAddress: request.ip,
    body: request.body ?? request.raw,
    response: reply.raw,
  });
}
