import { type Envelope, hasClaim, metaOf, readEnvelope } from '../../protocol/envelope.js';
import { ErrorCode, McpError } from '../../protocol/errors.js';
import type { JsonRpcRequest } from '../../protocol/messages.js';
import { type Era, MODERN_REVISIONS } from '../../protocol/revisions.js';

/** How a request on stdio is served: there are no headers, so the body alone tells (E-8). */
export type ClassifiedStdioRequest =
  | { readonly kind: 'modern'; readonly envelope: Envelope; readonly pins: boolean }
  | { readonly kind: 'initialize' }
  | { readonly kind: 'legacy' };

/**
 * @param pinned the era that this process has settled on, if it has
 * @throws {McpError} `-32602` for a malformed envelope, `-32022` for a version that is not served
 */
export function classifyStdioRequest(request: JsonRpcRequest, pinned: Era | undefined): ClassifiedStdioRequest {
  if (hasClaim(request)) {
    const envelope = readEnvelope(metaOf(request));
    if (!MODERN_REVISIONS.includes(envelope.protocolVersion)) throw unsupported(envelope.protocolVersion);
    // A client may probe first and fall back: asking what there is settles nothing.
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
