import type { ByteAccount } from '../../limits/byte-budget.js';
import type { Turns } from '../../limits/turns.js';
import type { ChallengeWriter } from './step-up.js';
import type { Observer } from '../../observe/observer.js';
import type { SseEvent } from './sse/sse-event.js';
import type { Sender } from '../../exchange/peer.js';
import type { PreparedText } from '../../protocol/prepared-json.js';
import { type Principal, principalId } from '../../session/principal.js';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';

/**
 * One HTTP request to the endpoint, in the same form for Express and Fastify. The response already has the headers that
 * the framework's hooks set, for example for CORS.
 */
export interface HttpContext {
  /** Upper case. */
  readonly verb: string;
  readonly headers: IncomingHttpHeaders;
  /** The framework's own request object, which guards and `ctx.http` see. */
  readonly request: object;
  readonly raw: IncomingMessage;
  /** Of the client, as the framework knows it: its setting for trusted proxies applies. */
  readonly remoteAddress: string;
  /** Where the body comes from: a stream, or bytes that were read already. */
  readonly body: Readable | Buffer;
  readonly response: ServerResponse;
  /** Tells the framework that the response is written here. Called before it is written, and possibly again. */
  readonly takeOver?: () => void;
  /** Called with each event that was written to the response. */
  readonly sent?: (event: SseEvent) => void;
  /** What the request holds of the budget, once its body was received: its answer is charged to the same client. */
  account?: ByteAccount;
  /** Where the work of a large answer counts. */
  turns?: Turns;
  /** Writes the challenges of this server. */
  challenges?: ChallengeWriter;
  /** When its event stream ends because its token expires, in ms since the epoch. */
  endsAt?: number;
  /** Learns that it was refused. */
  observer?: Observer;
  /** Whose request it is, once that is known. Default: nobody's, it is anonymous. */
  principal?: Principal;
}

/** Sends a complete response with a JSON body or none. Does nothing once headers have been sent. */
export function sendJson(
  { response, takeOver }: HttpContext,
  status: number,
  body?: string | PreparedText,
  headers?: OutgoingHttpHeaders,
): void {
  if (response.headersSent || response.destroyed) return;
  takeOver?.();
  if (body === undefined) {
    response.writeHead(status, status === 204 ? headers : { ...headers, 'content-length': 0 });
    response.end();
    return;
  }
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  response.writeHead(status, { ...headers, 'content-type': 'application/json', 'content-length': length });
  if (typeof body === 'string') return void response.end(body);
  // Node writes the pieces together.
  response.write(body.head);
  response.write(body.middle.bytes);
  response.end(body.end);
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
export const senderOf = (http: HttpContext): Sender => ({
  principal: http.principal,
  client: clientOf(http),
  via: 'http',
  address: http.remoteAddress,
  headers: http.headers,
  http: http.request,
  response: http.response,
  endsAt: http.endsAt,
});

/** Whose share a request counts for: its principal's, or that of the address of an anonymous client. */
export const clientOf = ({ remoteAddress, principal }: HttpContext): string =>
  principal === undefined ? remoteAddress : principalId(principal);
