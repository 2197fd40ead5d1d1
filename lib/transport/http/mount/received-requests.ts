import type { IncomingMessage } from 'node:http';
import type { HttpContext } from '../http-context.js';
import type { HttpEndpoint, ReceivedBody } from '../http-endpoint.js';

interface Received {
  readonly http: HttpContext;
  readonly body: ReceivedBody;
}

/**
 * Requests whose heads were judged and whose bodies were read before the rest of the application saw them. Middleware
 * and guards may still answer them by themselves.
 */
export class ReceivedRequests {
  readonly #received = new WeakMap<IncomingMessage, Received>();

  /** @returns whether the request may go on; if not, it was refused and answered */
  async receive(endpoint: HttpEndpoint, http: HttpContext): Promise<boolean> {
    const body = await endpoint.receive(http);
    if (!body) return false;
    this.#received.set(http.raw, { http, body });
    // What is answered elsewhere never reaches the endpoint, which would give the bytes back.
    http.response.once('close', () => {
      if (this.#received.has(http.raw)) body.account.close();
    });
    return true;
  }

  has(raw: IncomingMessage): boolean {
    return this.#received.has(raw);
  }

  take(raw: IncomingMessage): Received | undefined {
    const received = this.#received.get(raw);
    this.#received.delete(raw);
    return received;
  }
}
