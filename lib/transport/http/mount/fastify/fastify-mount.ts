import type { HttpEndpoint } from '../../http-endpoint.js';
import { type FrameworkMount, type HandledRequest, type MarkedRoutes, OTHER_METHODS } from '../framework-mount.js';
import type { MetadataDocuments } from '../metadata-documents.js';
import { ReceivedRequests } from '../received-requests.js';
import { fastifyContext } from './fastify-context.js';
import { receiveInHooks } from './fastify-receive.js';
import { mountRoute } from './fastify-route.js';
import type { FastifyReply, FastifyRequest, FastifyScope } from './fastify-types.js';

export class FastifyMount implements FrameworkMount {
  paths: ReadonlySet<string>;
  readonly #received = new ReceivedRequests();

  constructor(
    private readonly app: FastifyScope,
    path: string,
    private readonly routes: MarkedRoutes | undefined,
  ) {
    this.paths = new Set(routes ? [] : [path]);
  }

  answerDocuments(documents: MetadataDocuments): void {
    this.app.addHook('onRequest', ({ raw }, reply, done) => {
      if (!documents.answer(raw, reply.raw, () => reply.hijack())) done();
    });
  }

  receive(endpoint: () => HttpEndpoint | undefined): void {
    const { app, routes } = this;
    if (routes) this.paths = receiveInHooks(app, (config) => routes.isMarked(config), this.#received, endpoint);
  }

  mount(endpoint: HttpEndpoint): void {
    for (const path of this.paths) mountRoute(this.app, endpoint, path, this.routes && OTHER_METHODS);
  }

  async serve(endpoint: HttpEndpoint, { request, response, sent }: HandledRequest): Promise<void> {
    const reply = response as FastifyReply;
    const received = this.#received.take(reply.raw.req);
    const http = received?.http ?? fastifyContext(request as FastifyRequest, reply, reply.raw.req);
    const context = sent ? { ...http, sent } : http;
    await (received ? endpoint.serve(context, received.body) : endpoint.handle(context));
    // Fastify would send an empty response of its own when the connection was closed instead.
    http.takeOver?.();
  }
}
