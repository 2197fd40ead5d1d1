import type { IncomingMessage } from 'node:http';
import type { ExpressApp } from '../../transport/http/mount/express/express-types.js';
import { takeOver } from '../../transport/http/mount/fastify/fastify-context.js';
import {
  type FastifyReply,
  type FastifyRequest,
  type FastifyScope,
  isLenient,
} from '../../transport/http/mount/fastify/fastify-types.js';
import { McpOptionsError } from '../../options/invalid-option.js';
import { requestPath } from '../../transport/http/request-path.js';
import type { PageRequest } from './page-request.js';

type Serve = (request: PageRequest) => void;

/** What is used of Nest's adapter. */
export interface PageAdapter {
  getType?(): string;
  getInstance(): unknown;
}

const METHODS = ['GET', 'HEAD', 'POST', 'DELETE'];

/**
 * Mounts the page on the framework itself, as the Swagger module does: the global prefix does not apply.
 *
 * @param path begins with a slash and does not end with one
 * @throws {McpOptionsError} if the adapter is neither Express nor Fastify
 */
export function mountPage(adapter: PageAdapter | undefined, path: string, serve: Serve): void {
  const type = adapter?.getType?.();
  if (type === 'express') return mountOnExpress(adapter!.getInstance() as ExpressApp, path, serve);
  if (type === 'fastify') return mountOnFastify(adapter!.getInstance() as FastifyScope, path, serve);
  throw new McpOptionsError(
    'McpInspector needs an application on @nestjs/platform-fastify or @nestjs/platform-express.',
  );
}

function mountOnExpress(app: ExpressApp, path: string, serve: Serve): void {
  app.use((request, response, next) => {
    const below = pathBelow(path, request.url);
    if (below === null) return next();
    const remoteAddress = request.ip ?? request.socket.remoteAddress ?? '';
    serve({
      ...{ verb: request.method!, headers: request.headers, response, remoteAddress, path: below },
      ...{ takeOver: () => {}, args: [request, response, next] },
    });
  });
}

function mountOnFastify(app: FastifyScope, path: string, serve: Serve): void {
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    // No request has a body that anybody reads.
    scope.addContentTypeParser('*', (_request, payload, parsed) => {
      payload.resume();
      parsed(null, undefined);
    });
    const handler = (request: FastifyRequest, reply: FastifyReply): void => {
      const below = pathBelow(path, request.raw.url);
      if (below === null) return void reply.callNotFound();
      serve({
        ...{
          verb: request.method,
          headers: request.headers,
          response: reply.raw,
          remoteAddress: request.ip,
          path: below,
        },
        ...{ takeOver: () => takeOver(reply), args: [request, reply] },
      });
    };
    const urls = isLenient(scope) ? [path, `${path}/*`] : [path, `${path}/`, `${path}/*`];
    for (const url of urls) scope.route({ method: METHODS, url, exposeHeadRoute: false, handler });
    done();
  });
}

/** @returns `undefined` for the path itself without a slash, and `null` for one that is not below it */
function pathBelow(path: string, url: IncomingMessage['url']): PageRequest['path'] | null {
  const given = requestPath(url ?? '');
  if (given === path) return undefined;
  return given.startsWith(`${path}/`) ? given.slice(path.length + 1) : null;
}
