import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpContext } from '../http-context.js';
import type { HttpEndpoint, ReceivedBody } from '../http-endpoint.js';

interface ExpressRequest extends IncomingMessage {
  readonly path: string;
  readonly ip?: string;
  body?: unknown;
}
type Handler = (request: ExpressRequest, response: ServerResponse, next: () => void) => void;

/** What is used of an Express application. */
export interface ExpressApp {
  use(handler: Handler): unknown;
  all(path: string, handler: Handler): unknown;
  enabled?(setting: string): boolean;
}

interface Received {
  readonly http: HttpContext;
  readonly body: ReceivedBody;
}
const received = new WeakMap<IncomingMessage, Received>();

/**
 * Judges the heads of the endpoint's requests and reads their bodies before any other middleware. A body parser that
 * comes later finds the stream read and ignores it; one that came first would answer bad JSON and large bodies itself.
 *
 * @param endpoint returns the endpoint, which does not exist yet when this is registered
 */
export function receiveFirst(app: ExpressApp, path: string, endpoint: () => HttpEndpoint | undefined): void {
  app.use((request, response, next) => {
    const receiver = endpoint();
    if (!receiver || !isOurs(app, request, path)) return next();
    const http = contextOf(request, response);
    void receiver.receive(http).then((body) => {
      if (!body) return;
      received.set(request, { http, body });
      // Middleware that answers by itself keeps the request from the endpoint, which would give the bytes back.
      response.once('close', () => {
        if (received.has(request)) body.account.close();
      });
      next();
    });
  });
}

export function mountExpress(app: ExpressApp, endpoint: HttpEndpoint, path: string): void {
  const handler: Handler = (request, response, next) => {
    // Express ignores the case of letters, and Fastify does not: both must serve the same paths (SEC10).
    if (!isOurs(app, request, path)) return next();
    const known = received.get(request);
    received.delete(request);
    if (known) void endpoint.serve(known.http, known.body);
    else void endpoint.handle(contextOf(request, response));
  };
  app.all(path, handler);
}

/**
 * A trailing slash makes no difference unless the application's router is strict; the absolute form is another path.
 */
function isOurs(app: ExpressApp, request: ExpressRequest, path: string): boolean {
  if (request.url?.startsWith('/') !== true) return false;
  return request.path === path || (request.path === `${path}/` && app.enabled?.('strict routing') !== true);
}

const contextOf = (request: ExpressRequest, response: ServerResponse): HttpContext => ({
  verb: request.method!,
  headers: request.headers,
  request,
  raw: request,
  remoteAddress: request.ip ?? request.socket.remoteAddress ?? '',
  // An Express application that was passed to Nest may have a parser already; only its result is left then.
  body: request.body === undefined ? request : Buffer.from(JSON.stringify(request.body)),
  response,
});
