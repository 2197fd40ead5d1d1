import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';

/** What is used of a Fastify request. */
export interface FastifyRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** The stream itself in the scope of a raw route. */
  readonly body: Readable | undefined;
  readonly ip: string;
  readonly raw: IncomingMessage;
}
/** What is used of a Fastify reply. */
export interface FastifyReply {
  readonly raw: ServerResponse;
  readonly sent: boolean;
  hijack(): void;
  callNotFound(): unknown;
  getHeaders(): Record<string, string | number | string[] | undefined>;
}

export type PreParsingHook = (
  request: FastifyRequest,
  reply: FastifyReply,
  payload: Readable,
  done: (error: null, payload: Readable) => void,
) => void;
export type OnRequestHook = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void;
export type PreValidationHook = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void;

/** What is used of the options of a route. */
export interface FastifyRoute {
  readonly url: string;
  readonly method: string | string[];
  readonly exposeHeadRoute?: boolean;
  readonly handler: (request: FastifyRequest, reply: FastifyReply) => void;
  readonly config?: Readonly<Record<string, unknown>>;
  preParsing?: unknown;
  preValidation?: unknown;
}

/** What is used of a Fastify instance. */
export interface FastifyScope {
  addHook(name: 'onRoute', hook: (route: FastifyRoute) => void): unknown;
  addHook(name: 'onRequest', hook: OnRequestHook): unknown;
  hasRoute(route: { method: string; url: string }): boolean;
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
  route(options: FastifyRoute): unknown;
  setErrorHandler(
    handler: (error: { readonly code?: string }, request: FastifyRequest, reply: FastifyReply) => void,
  ): unknown;
}

/** Whether a path of a route has parameters, which a prefix of the application may have. */
export const isPattern = (path: string): boolean => /[:*(]/.test(path);

/** Whether the router takes paths with and without a trailing slash for the same. */
export function isLenient({ initialConfig }: FastifyScope): boolean {
  const { ignoreTrailingSlash, routerOptions } = initialConfig ?? {};
  return ignoreTrailingSlash === true || routerOptions?.ignoreTrailingSlash === true;
}
