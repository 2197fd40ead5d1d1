import { hasClaim } from '../../protocol/envelope.js';
import { ErrorCode } from '../../protocol/errors.js';
import { classifyMessage } from '../../protocol/messages.js';
import { FALLBACK_REVISION, isLegacyRevision, TRAITS } from '../../protocol/revisions.js';
import { type ClassifiedPost, type PostFacts, rejectPost, type ValidMessage } from './classified-post.js';

/** Classifies a JSON array: batches exist in 2025-03-26 alone (G-36), and a modern message is never part of one. */
export function classifyBatch(body: readonly unknown[], facts: PostFacts): ClassifiedPost {
  const refused = (reason: string) => rejectPost(400, ErrorCode.InvalidRequest, `Invalid request: ${reason}`);
  if (body.length === 0) return refused('an empty batch');
  const messages: ValidMessage[] = [];
  for (const item of body) {
    const message = classifyMessage(item);
    if (message.kind === 'invalid') return refused(`a batch with an element in which ${message.reason}`);
    if (hasClaim(item)) return refused('batches do not exist in this revision');
    messages.push(message);
  }
  const version = facts.header('mcp-protocol-version') ?? FALLBACK_REVISION;
  // Without a session the header is all there is to go by (row 7); with one its revision decides, later.
  const bySession = facts.header('mcp-session-id') !== undefined && isLegacyRevision(version);
  if (!bySession && !(isLegacyRevision(version) && TRAITS[version].batches)) {
    return refused('batches do not exist in this revision');
  }
  return { kind: 'legacy-batch', messages };
}
