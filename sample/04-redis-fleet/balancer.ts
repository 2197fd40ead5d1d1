import { once } from 'node:events';
import { type ClientRequest, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where requests may go. Looked at for each request, so an instance may come back on another port. */
export interface Target {
  readonly port: number;
  /** How many requests it got. */
  served?: number;
}

/** Belong to one connection, and there are two. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding'];

const endToEnd = (headers: IncomingMessage['headers']) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));

/**
 * A load balancer that knows nothing of MCP: each request goes to the next instance, whatever the one before did. What
 * could not even be connected goes to the one after; once a byte was sent nothing is repeated, that is for the client.
 */
export class Balancer {
  readonly #server = createServer((incoming, outgoing) => this.#forward(incoming, outgoing, this.#next++));
  #next = 0;

  static async start(targets: readonly Target[], port: number, host = '127.0.0.1'): Promise<Balancer> {
    const balancer = new Balancer(targets);
    balancer.#server.listen(port, host);
    await once(balancer.#server, 'listening');
    return balancer;
  }

  private constructor(private readonly targets: readonly Target[]) {}

  get url(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `http://${address}:${port}/mcp`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  #forward(incoming: IncomingMessage, outgoing: ServerResponse, turn: number, attempt = 0): void {
    if (attempt === this.targets.length) return void outgoing.writeHead(503, { 'retry-after': '1' }).end();
    const target = this.targets[(turn + attempt) % this.targets.length]!;
    const { method, url: path } = incoming;
    const headers = endToEnd(incoming.headers);
    // Without a length nothing else says that there is a body.
    if (incoming.headers['transfer-encoding']) headers['transfer-encoding'] = 'chunked';
    const upstream = request({ host: '127.0.0.1', port: target.port, method, path, headers, agent: false });
    let connected = false;
    upstream.once('socket', (socket) =>
      socket.once('connect', () => {
        connected = true;
        target.served = (target.served ?? 0) + 1;
        incoming.pipe(upstream);
      }),
    );
    upstream.once('response', (response) => answer(response, outgoing));
    upstream.on('error', () => {
      if (outgoing.destroyed) return;
      if (!connected) return this.#forward(incoming, outgoing, turn, attempt + 1);
      giveUp(incoming, upstream, outgoing);
    });
    // A client that leaves has left the instance too: that is how calls without a session are cancelled.
    outgoing.once('close', () => upstream.destroy());
  }
}

/** Byte by byte as it comes: an event stream is of no use when it is over. */
function answer(response: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.writeHead(response.statusCode!, endToEnd(response.headers));
  outgoing.flushHeaders();
  response.pipe(outgoing);
  // An instance that died must not look like one that was done.
  response.once('close', () => response.complete || outgoing.destroy());
  response.on('error', () => outgoing.destroy());
}

function giveUp(incoming: IncomingMessage, upstream: ClientRequest, outgoing: ServerResponse): void {
  incoming.unpipe(upstream);
  if (outgoing.headersSent) outgoing.destroy();
  else outgoing.writeHead(502, { connection: 'close' }).end();
}
