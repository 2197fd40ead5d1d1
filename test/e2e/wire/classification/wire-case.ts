import type { OutgoingHttpHeaders } from 'node:http';
import { type Id, modern, post } from '../../../fixtures/clients/mcp-requests.js';
import type { RawRequest } from '../../../fixtures/clients/raw-http.js';

/** One rung: what is sent, and the exact answer. */
export interface WireCase {
  readonly row: string;
  readonly when: string;
  readonly send: (id: Id) => RawRequest;
  readonly status: number;
  readonly code?: number;
  /** What `error.data` holds at least. */
  readonly data?: object;
  readonly headers?: OutgoingHttpHeaders;
  /** Whether an id could be read, and so has to be echoed. Default: true. */
  readonly echoes?: boolean;
}

export const VERSION = 'mcp-protocol-version';
export const METHOD = 'mcp-method';

export const message = (id: Id, method: string, params?: object) => ({ jsonrpc: '2.0', id, method, params });

/** A `tools/list` with this `_meta` and only these headers. */
export const claimed =
  (meta: object, headers: OutgoingHttpHeaders = {}) =>
  (id: Id): RawRequest =>
    post(message(id, 'tools/list', { _meta: meta }), headers);

/** A right call, but for these headers. */
export const echo =
  (headers: OutgoingHttpHeaders) =>
  (id: Id): RawRequest =>
    modern('tools/call', { name: 'echo', arguments: { text: 'x' } }, { id, headers });
