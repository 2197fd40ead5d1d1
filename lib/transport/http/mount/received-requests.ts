import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpContext } from '../http-context.js';
import { recordRefusal } from '../refuse.js';
import type { HttpEndpoint } from '../http-endpoint.js';
import type { ReceivedBody } from '../request-receiver.js';

interface Received {
  readonly http: HttpContext;
  readonly body: ReceivedBody;
}

/**
 * Requests whose heads were judged and whose bodies were read before the rest of the application saw them. Middleware
 * and guards may still answer them by themselves.
 */
export class ReceivedRequests {
  // Not a property of the request: Express gives each request another prototype, and adding a property after that
  // takes Node 20 and 22 a hundred times as long. Entries are deleted soon, as many make garbage collections longer.
  readonly #received = new WeakMap<IncomingMessage, Received>();

  /**
   * What a guard or a middleware of the application answers never reaches the endpoint, which would do this. One listener
   * for all: a stream would hold its own, and with it its request, for as long as it is open.
   */
  readonly #closed = closedUnserved((request) => this.take(request));

  /** @returns whether the request may go on; if not, it was refused and answered */
  async receive(endpoint: HttpEndpoint, http: HttpContext): Promise<boolean> {
    const body = await endpoint.receive(http);
    if (!body) return false;
    this.#received.set(http.raw, { http, body });
    http.response.on('close', this.#closed);
    return true;
  }

  has(raw: IncomingMessage): boolean {
    return this.#received.has(raw);
  }

  take(raw: IncomingMessage): Received | undefined {
    const received = this.#received.get(raw);
    if (!received) return undefined;
    this.#received.delete(raw);
    // A stream that is open for long need not hold it.
    if (raw.method === 'GET') received.http.response.off('close', this.#closed);
    return received;
  }
}

const closedUnserved = (take: (request: IncomingMessage) => Received | undefined) =>
  function (this: ServerResponse): void {
    const received = take(this.req);
    if (!received) return;
    received.body.account.close();
    if (this.headersSent) recordRefusal(received.http, this.statusCode);
  };
