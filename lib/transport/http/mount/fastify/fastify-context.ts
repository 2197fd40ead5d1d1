import type { Readable } from 'node:stream';
import type { HttpContext } from '../../http-context.js';
import { bytesReadAlready } from '../read-already.js';
import type { FastifyReply, FastifyRequest } from './fastify-types.js';

/** @param payload where the body is read from, unless middleware has read it already */
export const fastifyContext = (request: FastifyRequest, reply: FastifyReply, payload: Readable): HttpContext => ({
  verb: request.method,
  headers: request.headers,
  request,
  raw: request.raw,
  remoteAddress: request.ip,
  body: bytesReadAlready(request.raw as { readonly body?: unknown }) ?? payload,
  response: reply.raw,
  takeOver: () => takeOver(reply),
});

/** Keeps Fastify from answering. */
export function takeOver(reply: FastifyReply): void {
  if (reply.sent) return;
  // The response is written raw from here on, so headers that hooks and guards have set are copied.
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
}
