import { ErrorCode, McpError } from '../../protocol/errors.js';
import { BAD_SENTINEL, decodeHeaderValue, headerEquals } from '../../protocol/header-values.js';
import { isObject, type JsonObject } from '../../protocol/messages.js';
import type { ParamHeader } from '../../schema/index.js';
import type { Peer } from '../../exchange/peer.js';

/**
 * Compares the `Mcp-Param-*` headers with the arguments that they repeat (X-4..X-7, A-24). Only modern requests over
 * HTTP have them.
 *
 * @throws {McpError} `-32020`, for HTTP 400
 */
export function checkParamHeaders(headers: readonly ParamHeader[], args: JsonObject, peer: Peer): void {
  if (headers.length === 0 || peer.era !== 'modern' || peer.http === undefined) return;
  for (const { name, path } of headers) {
    const header = peer.headers[`mcp-param-${name.toLowerCase()}`];
    const value = valueAt(args, path);
    if (value === undefined || value === null) {
      if (header !== undefined) throw mismatch(name, 'is present although the argument is absent');
    } else if (typeof header !== 'string') {
      throw mismatch(name, 'is missing although the argument is present');
    } else {
      const decoded = decodeHeaderValue(header);
      if (decoded === BAD_SENTINEL) throw mismatch(name, 'is neither plain ASCII nor valid Base64 of UTF-8');
      if (!headerEquals(decoded, value)) throw mismatch(name, 'differs from the argument');
    }
  }
}

const mismatch = (name: string, problem: string): McpError =>
  new McpError(ErrorCode.HeaderMismatch, `Header Mcp-Param-${name} ${problem}`);

function valueAt(value: unknown, path: readonly string[]): unknown {
  for (const step of path) {
    if (!isObject(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}
