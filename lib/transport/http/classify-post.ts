import { type Envelope, hasClaim, metaOf, readEnvelope } from '../../protocol/envelope.js';
import { ErrorCode, McpError } from '../../protocol/errors.js';
import { classifyMessage, type JsonRpcRequest } from '../../protocol/messages.js';
import { looksModern } from '../../protocol/revisions.js';
import { checkModernHeaders } from './check-modern-headers.js';
import { type ClassifiedPost, type PostFacts, rejectPost } from './classified-post.js';
import { classifyBatch } from './classify-batch.js';

/** Decides the era of a POST from its body and rejects contradictory ones, in the order of the decision table. */
export function classifyPost(facts: PostFacts): ClassifiedPost {
  const { body } = facts;
  if (Array.isArray(body)) return classifyBatch(body, facts);
  const message = classifyMessage(body);
  if (message.kind === 'invalid') {
    return rejectPost(400, ErrorCode.InvalidRequest, `Invalid request: ${message.reason}`, message.id);
  }
  if (message.kind === 'response') return { kind: 'legacy', message };
  if (message.kind === 'notification') {
    const modern = hasClaim(body) || looksModern(facts.header('mcp-protocol-version') ?? '');
    return modern ? { kind: 'modern-notification' } : { kind: 'legacy', message };
  }
  return classifyRequest(message.message, facts);
}

function classifyRequest(request: JsonRpcRequest, facts: PostFacts): ClassifiedPost {
  const { id } = request;
  const version = facts.header('mcp-protocol-version');
  // Read only if the request claims to be modern: creating an unused error would slow down every legacy request.
  const envelope = hasClaim(request) ? envelopeOf(request) : undefined;
  const reject = (error: McpError): ClassifiedPost => ({ kind: 'rejected', status: 400, id, error });

  if (request.method === 'initialize' && (envelope === undefined || envelope instanceof McpError)) {
    if (version !== undefined && looksModern(version)) {
      return rejectPost(400, ErrorCode.HeaderMismatch, `initialize does not exist in ${version}`, id);
    }
    return { kind: 'initialize', request };
  }
  if (envelope instanceof McpError) return reject(envelope);
  if (envelope) return checkModernHeaders(request, envelope, facts) ?? { kind: 'modern', request, envelope };
  const withoutClaim = facts.modernOnly(request.method) && facts.header('mcp-session-id') === undefined;
  if (withoutClaim || (version !== undefined && looksModern(version))) return reject(envelopeOf(request) as McpError);
  return { kind: 'legacy', message: { kind: 'request', message: request } };
}

function envelopeOf(request: JsonRpcRequest): Envelope | McpError {
  try {
    return readEnvelope(metaOf(request));
  } catch (error) {
    return error as McpError;
  }
}
