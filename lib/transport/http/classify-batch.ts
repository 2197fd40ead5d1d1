import { hasClaim } from '../../protocol/envelope.js';
import { ErrorCode } from '../../protocol/errors.js';
import { classifyMessage } from '../../protocol/messages.js';
import { FALLBACK_REVISION, isLegacyRevision, TRAITS } from '../../protocol/revisions.js';
import { type ClassifiedPost, type PostFacts, rejectPost, type ValidMessage } from './classified-post.js';

/** Classifies a JSON array. Only 2025-03-26 has batches (G-36), and a modern message is never part of one. */
export function classifyBatch(body: readonly unknown[], facts: PostFacts): ClassifiedPost {
  const reject = (reason: string) => rejectPost(400, ErrorCode.InvalidRequest, `Invalid request: ${reason}`);
  if (body.length === 0) return reject('an empty batch');
  const messages: ValidMessage[] = [];
  for (const item of body) {
    const message = classifyMessage(item);
    if (message.kind === 'invalid') return reject(`invalid batch element: ${message.reason}`);
    if (hasClaim(item)) return reject('batches do not exist in this revision');
    messages.push(message);
  }
  const version = facts.header('mcp-protocol-version') ?? FALLBACK_REVISION;
  // Without a session only the header can decide (row 7). With one, the session's revision decides later.
  const sessionDecides = facts.header('mcp-session-id') !== undefined && isLegacyRevision(version);
  if (!sessionDecides && !(isLegacyRevision(version) && TRAITS[version].batches)) {
    return reject('batches do not exist in this revision');
  }
  return { kind: 'legacy-batch', messages };
}
