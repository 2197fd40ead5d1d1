import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { HttpEndpoint } from '../http-endpoint.js';
import { pathsOf, requestPath } from '../request-path.js';

/** Reads the address of a client from its request; `undefined` stands for that of the connection. */
type ClientAddress = (request: IncomingMessage) => string | undefined;
type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** Longer than any address of IPv6 with its zone. */
const MAX_ADDRESS_LENGTH = 128;

/** What takes the requests of some paths from each server. */
const known = new WeakMap<Server, Map<string, Listener>>();

/**
 * Takes the endpoint's requests from Node's HTTP server before the framework sees them, as Socket.IO takes its own.
 * Express gives each request and response another prototype, with which Node 20 and 22 take more than twice as long.
 * What reaches the framework by another way, such as a serverless handler, or the second server that Fastify has for
 * `localhost`, is served by the raw route.
 */
export class ServerRequests {
  /**
   * @param clientAddress reads the address of a client behind proxies. Default: that of the connection
   * @param report is told when it throws; the address of the connection counts then
   */
  constructor(
    private readonly clientAddress: ClientAddress | undefined,
    private readonly report: (error: unknown) => void,
  ) {}

  take(server: Server, path: string, endpoint: HttpEndpoint): void {
    const serve: Listener = (request, response) => {
      const { method, headers } = request;
      const remoteAddress = this.#addressOf(request);
      // Where throttlers and loggers of HTTP applications look for it.
      (request as { ip?: string }).ip = remoteAddress;
      const http = { verb: method!, headers, request, raw: request, remoteAddress, body: request, response };
      void endpoint.handle(http);
    };
    const paths = known.get(server) ?? takeFrom(server);
    for (const each of pathsOf(path)) paths.set(each, serve);
  }

  #addressOf(request: IncomingMessage): string {
    const { remoteAddress = '' } = request.socket;
    if (!this.clientAddress) return remoteAddress;
    try {
      const address: unknown = this.clientAddress(request);
      if (address === undefined) return remoteAddress;
      // It is kept for each client.
      if (typeof address === 'string' && address.length <= MAX_ADDRESS_LENGTH) return address || remoteAddress;
      // That of an async function, which would end the process if it rejected.
      void Promise.resolve(address).catch(() => undefined);
      throw new TypeError('The option "clientAddress" has returned no address; return a text such as "192.0.2.1"');
    } catch (error) {
      this.report(error);
      return remoteAddress;
    }
  }
}

function takeFrom(server: Server): Map<string, Listener> {
  const paths = new Map<string, Listener>();
  known.set(server, paths);
  const others = server.rawListeners('request') as Listener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const serve = paths.get(requestPath(request.url!));
    if (serve) return serve(request, response);
    for (const listener of others) listener.call(server, request, response);
  });
  return paths;
}
