import type { OutgoingHttpHeaders } from 'node:http';
import { McpError } from '../../protocol/errors.js';
import type { RequestId } from '../../protocol/messages.js';
import { sendJson, type HttpContext } from './http-context.js';

/** Responds with an HTTP error whose body is a JSON-RPC error; it has no id if none could be read (C-6). */
export function refuse(
  http: HttpContext,
  status: number,
  error: McpError,
  id?: RequestId,
  headers?: OutgoingHttpHeaders,
): void {
  sendJson(http, status, JSON.stringify({ jsonrpc: '2.0', id, error: error.toJSON() }), headers);
}

/** The codes of legacy HTTP errors. Clients act on the HTTP status (C-4). */
export const LegacyCode = { BadRequest: -32000, SessionNotFound: -32001 } as const;
