import type { OutgoingHttpHeaders } from 'node:http';
import type { RequestId } from '../../protocol/messages.js';
import type { PreparedText } from '../../protocol/prepared-json.js';
import { sendJson, type HttpContext } from './http-context.js';
import { refuseBusy } from './refuse.js';
import { cutStalledWrite } from './stalled-writes.js';

/** What the kernel takes at once, so that nothing has to be watched, bytes. */
const UNWATCHED_BYTES = 16 * 1024;

/**
 * Sends the answer to a request as JSON. A large one counts for the share of its client until it is read, and is cut
 * when the client stops reading: answers that nobody reads would fill the memory.
 *
 * @param id of the request, if it is no batch
 */
export function sendAnswer(
  http: HttpContext,
  status: number,
  body: string | PreparedText,
  headers?: OutgoingHttpHeaders,
  id?: RequestId,
): void {
  const { response } = http;
  const length = typeof body === 'string' ? body.length : body.byteLength;
  if (length <= UNWATCHED_BYTES || response.headersSent || response.destroyed) {
    return sendJson(http, status, body, headers);
  }
  http.turns?.use(http.remoteAddress, length);
  const unread = http.account?.openAnswer(typeof body === 'string' ? Buffer.byteLength(body) : length);
  if (typeof unread === 'string') return refuseBusy(http, unread, 'holds as many unread answers', id);
  response.once('close', () => unread?.close());
  sendJson(http, status, body, headers);
  cutStalledWrite(response);
}
