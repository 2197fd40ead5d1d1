import type { OutgoingHttpHeaders } from 'node:http';
import type { SerializedResponse } from '../../engine/response-writer.js';
import { LimitExceededError } from '../../protocol/errors.js';
import { retryAfter } from './retry-after.js';

/** The HTTP headers that go with the answer to a request, if it is an error that has some. */
export function errorHeaders({ status, error }: SerializedResponse): OutgoingHttpHeaders | undefined {
  if (error instanceof LimitExceededError) return { 'retry-after': String(Math.ceil(error.retryAfterMs / 1000)) };
  return status === 503 || status === 429 ? retryAfter('capacity') : undefined;
}
