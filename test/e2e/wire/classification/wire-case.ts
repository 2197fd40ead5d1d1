import type { OutgoingHttpHeaders } from 'node:http';
import { type Id, modern, post } from '../../../fixtures/clients/mcp-requests.js';
import type { RawRequest } from '../../../fixtures/clients/raw-http.js';

/** One row of the decision table: a request and its exact response. */
export interface WireCase {
  readonly row: string;
  readonly when: string;
  readonly send: (id: Id) => RawRequest;
  readonly status: number;
  readonly code?: number;
  /** Members that `error.data` must contain. */
  readonly data?: object;
  readonly headers?: OutgoingHttpHeaders;
  /** Whether the response must echo the id, because it could be read. Default: true. */
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

/** A valid call with these headers. */
export const echo =
  (headers: OutgoingHttpHeaders) =>
  (id: Id): RawRequest =>
    modern('tools/call', { name: 'echo', arguments: { text: 'x' } }, { id, headers });
