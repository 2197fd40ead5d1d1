import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpContext } from '../http-context.js';
import type { HttpEndpoint } from '../http-endpoint.js';
import { requestPath } from '../request-path.js';
import { bytesReadAlready } from './read-already.js';
import type { ReceivedRequests } from './received-requests.js';

export interface ExpressRequest extends IncomingMessage {
  readonly ip?: string;
  body?: unknown;
}
type Handler = (request: ExpressRequest, response: ServerResponse, next: () => void) => void;

interface Layer {
  match(path: string): boolean;
  readonly route?: { readonly path: string | string[]; readonly stack: readonly { readonly handle: object }[] };
}
/** What is used of an Express application. */
export interface ExpressApp {
  use(handler: Handler): unknown;
  all(path: string, handler: Handler): unknown;
  enabled?(setting: string): boolean;
  readonly router?: { readonly stack?: readonly Layer[] };
}

/** Whether a request is for the endpoint. */
export type IsOurs = (request: ExpressRequest) => boolean;

/**
 * Judges the heads of the endpoint's requests and reads their bodies before any other middleware. A body parser that
 * comes later finds the stream read and ignores it; one that came first would answer bad JSON and large bodies itself.
 *
 * @param endpoint returns the endpoint, which does not exist yet when this is registered
 */
export function receiveFirst(
  app: ExpressApp,
  isOurs: IsOurs,
  received: ReceivedRequests,
  endpoint: () => HttpEndpoint | undefined,
): void {
  app.use((request, response, next) => {
    const receiver = endpoint();
    if (!receiver || !isOurs(request)) return next();
    void received.receive(receiver, expressContext(request, response)).then((goesOn) => goesOn && next());
  });
}

/** Mounts the endpoint as a route of Express itself, for these methods or all. */
export function mountExpress(
  app: ExpressApp,
  endpoint: HttpEndpoint,
  path: string,
  isOurs: IsOurs,
  received: ReceivedRequests,
  serves: (method: string) => boolean = () => true,
): void {
  app.all(path, (request, response, next) => {
    // Express ignores the case of letters, and Fastify does not: both must serve the same paths (SEC10).
    if (!serves(request.method!) || !isOurs(request)) return next();
    void serveExpress(endpoint, received, request, response);
  });
}

export async function serveExpress(
  endpoint: HttpEndpoint,
  received: ReceivedRequests,
  request: ExpressRequest,
  response: ServerResponse,
  sent?: HttpContext['sent'],
): Promise<void> {
  const known = received.take(request);
  if (!known) return endpoint.handle({ ...expressContext(request, response), sent });
  await endpoint.serve(sent ? { ...known.http, sent } : known.http, known.body);
}

/**
 * Tells whether a request is for one of these paths. A trailing slash makes no difference unless the router is strict.
 *
 * @param layers the routes of the paths, which know how to match those with parameters
 */
export function isAt(app: ExpressApp, paths: readonly string[], layers: readonly Layer[] = []): IsOurs {
  const patterns = layers.filter(({ route }) => /[:*{]/.test(String(route!.path)));
  return (request) => {
    // The absolute form of a URL is another path.
    if (request.url?.startsWith('/') !== true) return false;
    const path = requestPath(request.url);
    const isLenient = app.enabled?.('strict routing') !== true;
    if (paths.some((each) => path === each || (isLenient && path === `${each}/`))) return true;
    return patterns.some((layer) => layer.match(path));
  };
}

/** The routes that Nest has registered for handlers with this mark. */
export function markedRoutes(app: ExpressApp, isMarked: (handler: object) => boolean): readonly Layer[] {
  const layers = app.router?.stack ?? [];
  return layers.filter(({ route }) => route?.stack.some(({ handle }) => isMarked(handle)) === true);
}

const expressContext = (request: ExpressRequest, response: ServerResponse): HttpContext => ({
  verb: request.method!,
  headers: request.headers,
  request,
  raw: request,
  remoteAddress: request.ip ?? request.socket.remoteAddress ?? '',
  // An Express application that was passed to Nest may have a parser already; only its result is left then.
  body: bytesReadAlready(request) ?? request,
  response,
});
