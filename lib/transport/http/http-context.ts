import type { Sender } from '../../exchange/peer.js';
import type { Principal } from '../../session/principal.js';
import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/**
 * One HTTP request to the endpoint, the same from Express and from Fastify. What the framework's hooks set as headers
 * (CORS, security) is on the response already.
 */
export interface HttpContext {
  /** Upper case. */
  readonly verb: string;
  readonly headers: IncomingHttpHeaders;
  /** The framework's own request object: what guards and `ctx.http` see. */
  readonly request: unknown;
  /** The whole body, or why there is none. */
  readonly body: Buffer | 'too-large' | undefined;
  readonly response: ServerResponse;
}

/** Sends a whole answer; the body is JSON unless absent. No effect once headers are out. */
export function sendJson(
  { response }: HttpContext,
  status: number,
  body?: string,
  headers?: OutgoingHttpHeaders,
): void {
  if (response.headersSent || response.destroyed) return;
  if (body === undefined) {
    response.writeHead(status, status === 204 ? headers : { ...headers, 'content-length': 0 });
    response.end();
    return;
  }
  const length = Buffer.byteLength(body);
  response.writeHead(status, { ...headers, 'content-type': 'application/json', 'content-length': length });
  response.end(body);
}

/** Repeated headers come joined, which makes them differ from any single value (H-10). */
export const headerOf = (http: HttpContext, name: string): string | undefined => {
  const value = http.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
};

/** Whether the client can read an event stream; saying nothing accepts everything (RFC 9110). */
export const acceptsEventStream = (http: HttpContext): boolean => {
  const accept = headerOf(http, 'accept');
  return accept === undefined || /(?:^|,)\s*(?:text\/event-stream|text\/\*|\*\/\*)\s*(?:;|,|$)/i.test(accept);
};

/** Who sends the messages of this request. */
export const senderOf = ({ headers, request }: HttpContext, principal: Principal | undefined): Sender => ({
  principal,
  headers,
  http: request,
});
