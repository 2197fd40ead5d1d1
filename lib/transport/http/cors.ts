import type { OutgoingHttpHeaders } from 'node:http';
import { headerOf, type HttpContext } from './http-context.js';

const HTTP_METHODS = 'GET, POST, DELETE, OPTIONS';
const ALLOWED_HEADERS = [
  'content-type',
  'accept',
  'authorization',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'mcp-session-id',
  'last-event-id',
];
const EXPOSED_HEADERS = ['mcp-session-id', 'www-authenticate', 'mcp-protocol-version'];

/**
 * Sets the CORS headers for an origin that the policy allows, and completes those that the application's own CORS has
 * set. The request is answered by the endpoint from here on.
 */
export function grantOrigin(http: HttpContext): void {
  const origin = headerOf(http, 'origin');
  if (origin === undefined) return;
  const { response } = http;
  // What hooks of the framework have set is on the response only then.
  http.takeOver?.();
  if (!response.hasHeader('access-control-allow-origin')) {
    response.setHeader('access-control-allow-origin', origin);
    response.appendHeader('vary', 'Origin');
  }
  // Set even if the application handles CORS: only this module knows which headers the protocol needs, and without them
  // a page cannot read its session id.
  const exposed = [response.getHeader('access-control-expose-headers') ?? []].flat().map(String);
  response.setHeader('access-control-expose-headers', [...exposed, ...EXPOSED_HEADERS].join(', '));
}

/**
 * The headers of a preflight response. CORS has no wildcard for `Mcp-Param-*`, so it allows those that are requested
 * (T-31).
 */
export function preflightHeaders(http: HttpContext): OutgoingHttpHeaders {
  const requested = (headerOf(http, 'access-control-request-headers') ?? '').toLowerCase().split(',');
  const params = requested
    .map((name) => name.trim())
    .filter((name) => /^mcp-param-[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name));
  return {
    allow: HTTP_METHODS,
    'access-control-allow-methods': HTTP_METHODS,
    'access-control-allow-headers': [...ALLOWED_HEADERS, ...params].join(', '),
    'access-control-max-age': '600',
  };
}
