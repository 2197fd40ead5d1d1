import type { Sender } from '../../exchange/peer.js';
import type { Principal } from '../../session/principal.js';
import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/**
 * One HTTP request to the endpoint, in the same form for Express and Fastify. The response already has the headers that
 * the framework's hooks set, for example for CORS.
 */
export interface HttpContext {
  /** Upper case. */
  readonly verb: string;
  readonly headers: IncomingHttpHeaders;
  /** The framework's own request object, which guards and `ctx.http` see. */
  readonly request: unknown;
  /** The complete body; `too-large` if it exceeds the limit, `undefined` if there is none. */
  readonly body: Buffer | 'too-large' | undefined;
  readonly response: ServerResponse;
}

/** Sends a complete response with a JSON body or none. Does nothing once headers have been sent. */
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

/** The value of a header. Repeated headers are joined, so that they differ from any single value (H-10). */
export const headerOf = (http: HttpContext, name: string): string | undefined => {
  const value = http.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
};

/** Whether the client accepts an event stream. No `Accept` header accepts everything (RFC 9110). */
export const acceptsEventStream = (http: HttpContext): boolean => {
  const accept = headerOf(http, 'accept');
  return accept === undefined || /(?:^|,)\s*(?:text\/event-stream|text\/\*|\*\/\*)\s*(?:;|,|$)/i.test(accept);
};

/** The sender of the messages in this request. */
export const senderOf = ({ headers, request }: HttpContext, principal: Principal | undefined): Sender => ({
  principal,
  headers,
  http: request,
});
