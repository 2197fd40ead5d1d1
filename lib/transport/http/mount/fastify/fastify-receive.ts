import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { HttpEndpoint } from '../../http-endpoint.js';
import { requestPath } from '../../request-path.js';
import { fastifyContext } from './fastify-context.js';
import { isLenient, isPattern, type FastifyRoute, type FastifyScope } from './fastify-types.js';
import type { PreParsingHook, PreValidationHook } from './fastify-types.js';
import type { ReceivedRequests } from '../received-requests.js';

/** What tells Fastify that there is a body to parse. */
const BODY_HEADERS = ['content-type', 'content-length', 'transfer-encoding'] as const;
type BodyHeaders = Partial<Record<(typeof BODY_HEADERS)[number], string>>;

const HIDDEN = Symbol('hidden headers');
type Carrier = IncomingMessage & { [HIDDEN]?: BodyHeaders | undefined };

/**
 * Judges the heads of requests to marked routes, and reads their bodies, in place of the application's parsers. They
 * would read a body before its head was judged, and answer bad JSON, large bodies and other media types themselves.
 *
 * @param isMarked of a route that Nest registers for the endpoint
 * @param endpoint returns the endpoint, which does not exist yet when this is registered
 * @returns the paths of these routes, which are known once Nest has registered them
 */
export function receiveInHooks(
  app: FastifyScope,
  isMarked: (config: Readonly<Record<string, unknown>>) => boolean,
  received: ReceivedRequests,
  endpoint: () => HttpEndpoint | undefined,
): ReadonlySet<string> {
  const urls = new Set<string>();
  app.addHook('onRoute', (route) => {
    if (!route.config || !isMarked(route.config)) return;
    const isAlias = route.url.length > 1 && route.url.endsWith('/');
    if (!isAlias) urls.add(route.url);
    const receive: PreParsingHook = (request, reply, payload, done) => {
      const { raw } = request;
      const receiver = endpoint();
      if (!receiver) return done(null, payload);
      // Fastify routes by the decoded path, and Express does not: both must serve the same paths (SEC10).
      if (!isPattern(route.url) && !isAt(requestPath(raw.url!), route.url)) return void reply.callNotFound();
      void received.receive(receiver, fastifyContext(request, reply, payload)).then((goesOn) => {
        if (!goesOn) return;
        const hidden = hide(raw.headers);
        if (hidden) (raw as Carrier)[HIDDEN] = hidden;
        done(null, payload);
      });
    };
    const reveal: PreValidationHook = ({ raw }, _reply, done) => {
      const hidden = (raw as Carrier)[HIDDEN];
      if (hidden) {
        Object.assign(raw.headers, hidden);
        // The request is kept as long as its stream is open.
        (raw as Carrier)[HIDDEN] = undefined;
      }
      done();
    };
    // Fastify derives the route for HEAD from that for GET, with its hooks.
    if (hasOwn(route.preParsing)) return;
    route.preParsing = append(route.preParsing, Object.assign(receive, { [OWN]: true }));
    route.preValidation = append(route.preValidation, reveal);
    // On Express a trailing slash makes no difference. The alias of GET brings that of HEAD.
    if (!isAlias && route.method !== 'HEAD' && !isLenient(app)) app.route({ ...route, url: `${route.url}/` });
  });
  return urls;
}

const OWN = Symbol('nestjs-mcp-fleet');
const hasOwn = (hooks: unknown): boolean => [hooks].flat().some((hook) => typeof hook === 'function' && OWN in hook);
const append = (hooks: FastifyRoute['preParsing'], hook: unknown): unknown[] =>
  hooks === undefined ? [hook] : [hooks, hook].flat();

const isAt = (path: string, url: string): boolean => path === url || path === `${url}/` || `${path}/` === url;

/**
 * Takes the headers away, as a parser of the application would wait for the body that has been read.
 *
 * @returns what was taken; `undefined` if there is nothing
 */
function hide(headers: IncomingHttpHeaders): BodyHeaders | undefined {
  let taken: BodyHeaders | undefined;
  for (const name of BODY_HEADERS) {
    if (headers[name] === undefined) continue;
    (taken ??= {})[name] = headers[name];
    // Not deleted: that would make every later access slower.
    headers[name] = undefined;
  }
  return taken;
}
