import type { HttpEndpoint } from '../../http-endpoint.js';
import { pathsOf, requestPath } from '../../request-path.js';
import { fastifyContext } from './fastify-context.js';
import { isLenient, isPattern, type FastifyReply, type FastifyRequest, type FastifyScope } from './fastify-types.js';

/** Every method that Fastify routes. The endpoint answers 405 to those it does not serve. */
const HTTP_METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Mounts the endpoint in a scope of its own, whose body parser applies to it alone. Hooks of the application apply. */
export function mountRoute(app: FastifyScope, endpoint: HttpEndpoint, path: string, methods = HTTP_METHODS): void {
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    // Nothing is read here: the endpoint reads the body once it has judged the head.
    scope.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));
    const handler = (request: FastifyRequest, reply: FastifyReply): void => {
      // Fastify routes by the decoded path, and Express does not: both must serve the same paths (SEC10).
      if (isPattern(path) || paths.includes(requestPath(request.raw.url!))) serve(endpoint, request, reply);
      else reply.callNotFound();
    };
    const paths = pathsOf(path);
    // A lenient router takes both forms for one route already.
    for (const url of isLenient(scope) ? [path] : paths) {
      const free = methods.filter((method) => !app.hasRoute({ method, url }));
      if (free.length > 0) scope.route({ method: free, url, exposeHeadRoute: false, handler });
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
  const http = fastifyContext(request, reply, request.body ?? request.raw);
  http.takeOver?.();
  void endpoint.handle(http);
}
