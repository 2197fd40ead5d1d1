import type { Envelope } from '../../protocol/envelope.js';
import { ErrorCode } from '../../protocol/errors.js';
import { BAD_SENTINEL, decodeHeaderValue, stripBlanks } from '../../protocol/header-values.js';
import type { JsonRpcRequest } from '../../protocol/messages.js';
import { NAME_SOURCE, OPTIONAL_NAME_SOURCE } from '../../protocol/named-requests.js';
import { MODERN_REVISIONS } from '../../protocol/revisions.js';
import { type ClassifiedPost, type PostFacts, rejectPost } from './classified-post.js';

const stripped = (header: string | undefined) => (header === undefined ? undefined : stripBlanks(header));

/**
 * Checks that the headers of a modern request repeat its body, and that its version is supported (rows 13-20,
 * H-1..H-10).
 *
 * @returns the rejection, or `undefined` if they agree
 */
export function checkModernHeaders(
  request: JsonRpcRequest,
  envelope: Envelope,
  facts: PostFacts,
): ClassifiedPost | undefined {
  const { id, method, params } = request;
  const mismatch = (message: string) => rejectPost(400, ErrorCode.HeaderMismatch, message, id);
  const version = stripped(facts.header('mcp-protocol-version'));
  const methodHeader = stripped(facts.header('mcp-method'));

  if (version !== undefined && version !== envelope.protocolVersion) {
    return mismatch('Header MCP-Protocol-Version differs from the protocol version in params._meta');
  }
  if (methodHeader !== undefined && methodHeader !== method) return mismatch('Header Mcp-Method differs from "method"');
  if (!MODERN_REVISIONS.includes(envelope.protocolVersion)) {
    return rejectPost(400, ErrorCode.UnsupportedProtocolVersion, 'Unsupported protocol version', id, {
      supported: MODERN_REVISIONS,
      requested: envelope.protocolVersion,
    });
  }
  if (version === undefined) return mismatch('Header MCP-Protocol-Version is missing');
  if (methodHeader === undefined) return mismatch('Header Mcp-Method is missing');
  const header = facts.header('mcp-name');
  const source = NAME_SOURCE.get(method) ?? (header === undefined ? undefined : OPTIONAL_NAME_SOURCE.get(method));
  if (source !== undefined) {
    if (header === undefined) return mismatch('Header Mcp-Name is missing');
    const name = decodeHeaderValue(header);
    if (name === BAD_SENTINEL) return mismatch('Header Mcp-Name is neither plain ASCII nor valid Base64 of UTF-8');
    if (name !== params?.[source]) return mismatch(`Header Mcp-Name differs from params.${source}`);
  }
  return undefined;
}
