import { once } from 'node:events';
import { type ClientRequest, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A target of requests. Its port is read for each request, because a restarted instance has another port. */
export interface Target {
  readonly port: number;
  /** How many requests it received. */
  served?: number;
}

/** Headers that apply to one connection and must not be forwarded to the other. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding'];

const endToEnd = (headers: IncomingMessage['headers']) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));

/**
 * A load balancer that knows nothing of MCP: it forwards each request to the next instance. If it cannot connect, it
 * tries the one after. Once a byte was sent it repeats nothing, because only the client knows whether that is safe.
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
    // Without a content-length only this header announces a body.
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
    // Closing the connection to the instance cancels a call without a session when its client disconnects.
    outgoing.once('close', () => upstream.destroy());
  }
}

/** Forwards the response without buffering, because an event stream must arrive as it is written. */
function answer(response: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.writeHead(response.statusCode!, endToEnd(response.headers));
  outgoing.flushHeaders();
  response.pipe(outgoing);
  // The response of an instance that died must not look complete.
  response.once('close', () => response.complete || outgoing.destroy());
  response.on('error', () => outgoing.destroy());
}

function giveUp(incoming: IncomingMessage, upstream: ClientRequest, outgoing: ServerResponse): void {
  incoming.unpipe(upstream);
  if (outgoing.headersSent) outgoing.destroy();
  else outgoing.writeHead(502, { connection: 'close' }).end();
}
