import type { OutgoingHttpHeaders } from 'node:http';
import type { McpAuditReason } from '../../observe/audit-event.js';
import { CapacityError, type McpError } from '../../protocol/errors.js';
import type { RequestId } from '../../protocol/messages.js';
import { retryAfter } from './retry-after.js';
import { sendJson, type HttpContext } from './http-context.js';

/**
 * Responds with an HTTP error whose body is a JSON-RPC error; it has no id if none could be read (C-6).
 *
 * @param reason why, for observers. Default: what the status says, if it says who may not, or may not now
 */
export function refuse(
  http: HttpContext,
  status: number,
  error: McpError,
  id?: RequestId,
  headers?: OutgoingHttpHeaders,
  reason?: McpAuditReason,
): void {
  recordRefusal(http, status, reason);
  sendJson(http, status, JSON.stringify({ jsonrpc: '2.0', id, error: error.toJSON() }), headers);
}

/** Tells observers of an answer that says who may not, or may not now. */
export function recordRefusal(
  { observer, principal, remoteAddress }: HttpContext,
  status: number,
  reason = REASONS.get(status),
): void {
  if (reason) observer?.refused(status, reason, { principal, address: remoteAddress });
}

const REASONS = new Map<number, McpAuditReason>([
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [429, 'limit'],
  [503, 'capacity'],
]);

/** Answers 429 to a client that has used up its share, and 503 when everything is used up. */
export function refuseBusy(http: HttpContext, cause: 'share' | 'total', what: string, id?: RequestId): void {
  const [status, whose] = cause === 'share' ? [429, 'this client'] : [503, 'its clients'];
  const error = new CapacityError(`The server ${what} for ${whose as string} as it may; try again later`);
  refuse(http, status as number, error, id, retryAfter('capacity'));
}

/** Answers a client whose requests hold as many bytes as they may, or all clients' do. */
export const refuseBytes = (http: HttpContext, cause: 'share' | 'total'): void =>
  refuseBusy(http, cause, 'holds as many bytes');

/** The codes of legacy HTTP errors. Clients act on the HTTP status (C-4). */
export const LegacyCode = { BadRequest: -32000, SessionNotFound: -32001 } as const;
