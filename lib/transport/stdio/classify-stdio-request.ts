import { type Envelope, hasClaim, metaOf, readEnvelope } from '../../protocol/envelope.js';
import { ErrorCode, McpError } from '../../protocol/errors.js';
import type { JsonRpcRequest } from '../../protocol/messages.js';
import { type Era, MODERN_REVISIONS } from '../../protocol/revisions.js';

/** How a request on stdio is served. There are no headers, so only the body decides (E-8). */
export type ClassifiedStdioRequest =
  | { readonly kind: 'modern'; readonly envelope: Envelope; readonly pins: boolean }
  | { readonly kind: 'initialize' }
  | { readonly kind: 'legacy' };

/**
 * @param pinned the era of this connection, once a request has decided it
 * @throws {McpError} `-32602` for a malformed envelope, `-32022` for an unsupported version
 */
export function classifyStdioRequest(request: JsonRpcRequest, pinned: Era | undefined): ClassifiedStdioRequest {
  if (hasClaim(request)) {
    const envelope = readEnvelope(metaOf(request));
    if (!MODERN_REVISIONS.includes(envelope.protocolVersion)) throw unsupported(envelope.protocolVersion);
    // A client may probe with `server/discover` and fall back to the legacy era, so that method does not pin the era.
    return { kind: 'modern', envelope, pins: request.method !== 'server/discover' };
  }
  if (request.method === 'initialize') {
    if (pinned === 'modern') throw unsupported(request.params?.protocolVersion);
    return { kind: 'initialize' };
  }
  if (pinned === 'modern' || request.method === 'server/discover') readEnvelope(metaOf(request));
  return { kind: 'legacy' };
}

const unsupported = (requested: unknown): McpError =>
  new McpError(ErrorCode.UnsupportedProtocolVersion, 'Unsupported protocol version', {
    data: { supported: MODERN_REVISIONS, requested },
  });
