import type { OutgoingHttpHeaders } from 'node:http';
import { headerOf, type HttpContext } from './http-context.js';

const HTTP_METHODS = 'GET, POST, DELETE, OPTIONS';
const ALLOWED = [
  'content-type',
  'accept',
  'authorization',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'mcp-session-id',
  'last-event-id',
];
const EXPOSED = 'mcp-session-id, www-authenticate, mcp-protocol-version';

/**
 * CORS for the origins that the policy lets in, unless the application's own CORS has answered already. A browser's
 * request has no wildcard for `Mcp-Param-*`, so a preflight is granted the ones it names (T-31).
 */
export function grantOrigin(http: HttpContext): void {
  const origin = headerOf(http, 'origin');
  if (origin === undefined) return;
  const { response } = http;
  if (!response.hasHeader('access-control-allow-origin')) {
    response.setHeader('access-control-allow-origin', origin);
    response.appendHeader('vary', 'Origin');
  }
  // What pages may read is the protocol's to know, whoever let them in: without it they never see their session id.
  if (!response.hasHeader('access-control-expose-headers')) {
    response.setHeader('access-control-expose-headers', EXPOSED);
  }
}

export function preflightHeaders(http: HttpContext): OutgoingHttpHeaders {
  const asked = (headerOf(http, 'access-control-request-headers') ?? '').toLowerCase().split(',');
  const params = asked.map((name) => name.trim()).filter((name) => /^mcp-param-[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name));
  return {
    allow: HTTP_METHODS,
    'access-control-allow-methods': HTTP_METHODS,
    'access-control-allow-headers': [...ALLOWED, ...params].join(', '),
    'access-control-max-age': '600',
  };
}
