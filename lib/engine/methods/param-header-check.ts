import { ErrorCode, McpError } from '../../protocol/errors.js';
import { BAD_SENTINEL, decodeHeaderValue, headerEquals } from '../../protocol/header-values.js';
import { isObject, type JsonObject } from '../../protocol/messages.js';
import type { ParamHeader } from '../../schema/index.js';
import type { Peer } from '../../exchange/peer.js';

/**
 * Compares `Mcp-Param-*` with the arguments they repeat (X-4..X-7, A-24). Modern requests over HTTP only.
 *
 * @throws {McpError} `-32020`, for HTTP 400
 */
export function checkParamHeaders(headers: readonly ParamHeader[], given: JsonObject, peer: Peer): void {
  if (headers.length === 0 || peer.era !== 'modern' || peer.http === undefined) return;
  for (const { name, path } of headers) {
    const header = peer.headers[`mcp-param-${name.toLowerCase()}`];
    const value = at(given, path);
    if (value === undefined || value === null) {
      if (header !== undefined) throw mismatch(name, 'is sent although the argument is absent');
    } else if (typeof header !== 'string') {
      throw mismatch(name, 'is missing although the argument is given');
    } else {
      const decoded = decodeHeaderValue(header);
      if (decoded === BAD_SENTINEL) throw mismatch(name, 'is neither plain ASCII nor valid Base64 of UTF-8');
      if (!headerEquals(decoded, value)) throw mismatch(name, 'differs from the argument');
    }
  }
}

const mismatch = (name: string, what: string): McpError =>
  new McpError(ErrorCode.HeaderMismatch, `Header Mcp-Param-${name} ${what}`);

function at(value: unknown, path: readonly string[]): unknown {
  for (const step of path) {
    if (!isObject(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}
