import type { IncomingHttpHeaders } from 'node:http';
import { knownAcrossCopies } from '../../packages/known-across-copies.js';
import { isObject, type JsonRpcErrorObject } from '../../protocol/messages.js';

/**
 * The server has answered a request with an error, or refused it. Its members are made for matchers:
 *
 * @example
 * ```ts
 * await expect(client.readResource('stock://none')).rejects.toMatchObject({ code: -32602 });
 * await expect(client.callTool('delete')).rejects.toMatchObject({ status: 403 });
 * ```
 * @publicApi
 */
export class McpResponseError extends Error {
  static {
    knownAcrossCopies(this, 'McpResponseError');
  }

  override readonly name = 'McpResponseError';
  /** The code of the JSON-RPC error. Default: none, the server refused the HTTP request. */
  readonly code?: number;
  /** The data of the JSON-RPC error. Default: none. */
  readonly data?: unknown;

  /**
   * @param method of the request
   * @param status of the HTTP response
   * @param headers of the HTTP response, such as `www-authenticate`
   * @param error of the JSON-RPC response; anything else is the body of a refusal
   */
  constructor(
    readonly method: string,
    readonly status: number,
    readonly headers: IncomingHttpHeaders,
    error: unknown,
  ) {
    const known = isError(error) ? error : undefined;
    const answer = known ? `${known.code}: ${known.message}` : `HTTP ${status}: ${String(error)}`;
    super(`${method} was answered with ${answer}`);
    if (known) this.code = known.code;
    if (known && 'data' in known) this.data = known.data;
  }
}

const isError = (value: unknown): value is JsonRpcErrorObject => isObject(value) && typeof value.code === 'number';
