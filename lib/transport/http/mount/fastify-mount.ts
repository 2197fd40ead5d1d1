import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { readBody } from './read-body.js';
import type { HttpEndpoint } from '../http-endpoint.js';
import type { MountOptions } from './mount-options.js';

interface FastifyRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer | 'too-large' | undefined;
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

/** All that Fastify routes; the endpoint says 405 to those it does not serve. */
const HTTP_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** A scope of its own, so that its body parser is the endpoint's alone; hooks of the application are inherited. */
export function mountFastify(app: FastifyScope, endpoint: HttpEndpoint, { path, maxBodyBytes }: MountOptions): void {
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, parsed) => {
      readBody(payload, maxBodyBytes, (body) => parsed(null, body));
    });
    scope.route({
      method: HTTP_METHODS,
      url: path,
      exposeHeadRoute: false,
      handler: (request, reply) => {
        // Fastify routes by the decoded path, and may be told to be lenient; on Express those are other paths (S10).
        if (request.raw.url!.split('?', 1)[0] === path) serve(endpoint, request, reply);
        else reply.callNotFound();
      },
    });
    scope.setErrorHandler((error, request, reply) => {
      // Fastify refuses some media types before it looks for a parser; what to answer is the ladder's to say.
      if (error.code !== 'FST_ERR_CTP_INVALID_MEDIA_TYPE') throw error;
      serve(endpoint, request, reply);
    });
    done();
  });
}

function serve(endpoint: HttpEndpoint, request: FastifyRequest, reply: FastifyReply): void {
  // From here on the response is written raw: what hooks have set must be carried over.
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  void endpoint.handle({
    verb: request.method,
    headers: request.headers,
    request,
    body: request.body,
    response: reply.raw,
  });
}
