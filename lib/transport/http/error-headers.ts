import type { OutgoingHttpHeaders } from 'node:http';
import type { SerializedResponse } from '../../engine/response-writer.js';
import type { HttpContext } from './http-context.js';
import { retryAfter, retryAfterMs } from './retry-after.js';
import { challengeHeaders } from './step-up.js';

/** The HTTP headers of the answer to one request: a challenge, or when to try again. */
export function errorHeaders(
  { challenges }: HttpContext,
  { status, requiredScopes, retryAfterMs: waitMs }: SerializedResponse,
): OutgoingHttpHeaders | undefined {
  if (requiredScopes) return challengeHeaders({ status, requiredScopes }, challenges);
  if (waitMs !== undefined) return retryAfterMs(waitMs);
  return status === 503 || status === 429 ? retryAfter('capacity') : undefined;
}
