import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from './read-body.js';
import type { HttpEndpoint } from '../http-endpoint.js';
import type { MountOptions } from './mount-options.js';

interface ExpressRequest extends IncomingMessage {
  readonly path: string;
  body?: unknown;
}
type Handler = (request: ExpressRequest, response: ServerResponse, next: () => void) => void;

/** What is used of an Express application. */
export interface ExpressApp {
  use(handler: Handler): unknown;
  all(path: string, handler: Handler): unknown;
}

const bodies = new WeakMap<IncomingMessage, Buffer | 'too-large'>();

/**
 * Reads the endpoint's bodies ahead of every other middleware. A body parser behind it finds the stream read and leaves
 * it alone; one before it would answer bad JSON and large bodies in its own words, of DELETE too.
 */
export function readBodyFirst(app: ExpressApp, { path, maxBodyBytes }: MountOptions): void {
  app.use((request, _response, next) => {
    if (request.path !== path) return next();
    readBody(request, maxBodyBytes, (body) => {
      bodies.set(request, body);
      next();
    });
  });
}

export function mountExpress(app: ExpressApp, endpoint: HttpEndpoint, { path }: MountOptions): void {
  app.all(path, (request, response, next) => {
    // Express also matches other cases and a trailing slash; on Fastify those are other paths (S10).
    if (request.path !== path) return next();
    void endpoint.handle({
      verb: request.method!,
      headers: request.headers,
      request,
      body: bodies.get(request) ?? parsedAlready(request),
      response,
    });
  });
}

/** An application that was given to Nest with a parser on it already: what it parsed is all there is. */
const parsedAlready = ({ body }: ExpressRequest): Buffer | undefined =>
  body === undefined ? undefined : Buffer.from(JSON.stringify(body));
