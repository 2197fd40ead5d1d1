import type { OutgoingHttpHeaders } from 'node:http';
import type { InspectorProblem } from '../wire/routes.js';
import type { PageRequest } from './page-request.js';
import { CORS_HEADERS, SECURITY_HEADERS } from './security-headers.js';

/** Takes the response from the framework and gives it the headers that every answer has. */
export function begin({ response, takeOver }: PageRequest): void {
  takeOver();
  // A guard may have answered by itself.
  if (response.headersSent) return;
  for (const name of CORS_HEADERS) response.removeHeader(name);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value!);
}

/** Sends a whole answer; without its body for HEAD. Does nothing if the response is over already. */
export function send(
  { verb, response }: PageRequest,
  status: number,
  body?: { readonly type: string; readonly content: string | Buffer },
  headers: OutgoingHttpHeaders = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const content = body?.content ?? '';
  const described = body && { 'content-type': body.type };
  const length = status === 204 ? {} : { 'content-length': Buffer.byteLength(content) };
  response.writeHead(status, { ...headers, ...described, ...length });
  response.end(verb === 'HEAD' ? undefined : content);
}

export const sendJson = (request: PageRequest, status: number, value: unknown): void =>
  send(request, status, { type: 'application/json', content: JSON.stringify(value) });

/** Why a request is not answered as it was meant. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    readonly status: number,
    readonly code: InspectorProblem['code'],
    message: string,
  ) {
    super(message);
  }
}

export const sendProblem = (request: PageRequest, { status, code, message }: Refused): void =>
  sendJson(request, status, { code, message } satisfies InspectorProblem);
