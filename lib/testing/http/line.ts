import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Endpoint } from './endpoint.js';
import type { LocalServer } from './local-server.js';

/** An instance that a request can be sent to. */
export interface Instance {
  readonly server: LocalServer;
  readonly endpoint: Endpoint;
}

/** Where a client sends its requests: chosen anew for each of them, as a balancer would. */
export interface Destination {
  next(): Promise<Instance>;
}

export interface LineOptions {
  /** Default: where the server is mounted. */
  readonly path?: string;
  /** Sent with each request. */
  readonly headers: (endpoint: Endpoint) => Promise<OutgoingHttpHeaders>;
}

/** What a client speaks over: HTTP requests with what all of them have. */
export class Line {
  constructor(
    private readonly destination: Destination,
    private readonly options: LineOptions,
  ) {}

  async send(
    verb: 'POST' | 'GET' | 'DELETE',
    headers: OutgoingHttpHeaders,
    body?: object,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    const { server, endpoint } = await this.destination.next();
    const own = await this.options.headers(endpoint);
    const text = body && JSON.stringify(body);
    const content =
      text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const accept = { accept: verb === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream' };
    return server.send({
      verb,
      path: this.options.path ?? endpoint.path,
      headers: { host: endpoint.host, ...accept, ...content, ...headers, ...own },
      body: text,
      ...(signal && { signal }),
    });
  }
}
