import type { Findings } from './finding.js';
import { objectIn, quoted } from './json.js';
import { end, initialize, modern } from './requests.js';
import { VisitError, type Visitor } from './visit.js';

/** Uses the server in both eras, and looks whether event streams arrive. @param token for a server that asks for one */
export async function checkUse(url: URL, token: string | undefined, visitor: Visitor, found: Findings): Promise<void> {
  const legacy = await visitor.visit(url.href, initialize(token));
  if (legacy.status === 401 || legacy.status === 403) {
    found.fault(
      'use',
      `The token is answered ${legacy.status}: ${legacy.headers.get('www-authenticate') ?? quoted(legacy)}.`,
      'The description says what is wrong with it.',
    );
    return;
  }
  const session = legacy.headers.get('mcp-session-id');
  if (session !== null) await visitor.visit(url.href, end(session, token));
  if (objectIn(legacy)?.result) found.good('use', 'Clients of the revisions with sessions are served.');
  else found.note('use', `initialize is answered ${legacy.status}: ${quoted(legacy)}.`);
  const list = await visitor.visit(url.href, modern('tools/list', {}, token));
  if (!objectIn(list)?.result) {
    found.note('use', `Clients of 2026-07-28 are not served: ${list.status} ${quoted(list)}.`);
    return;
  }
  found.good('use', 'Clients of 2026-07-28 are served.');
  await checkStream(url, token, visitor, found);
}

/** The first event of a subscription is sent at once: what does not arrive is held back on the way. */
async function checkStream(url: URL, token: string | undefined, visitor: Visitor, found: Findings): Promise<void> {
  const listen = modern('subscriptions/listen', { notifications: { toolsListChanged: true } }, token);
  try {
    const { status, headers } = await visitor.visit(url.href, listen);
    if (status === 200 && headers.get('content-type')?.startsWith('text/event-stream')) {
      found.good('stream', 'The first event of a stream arrives at once.');
      return;
    }
    found.note('stream', `subscriptions/listen is answered ${status}.`);
  } catch (error) {
    if (!(error instanceof VisitError)) throw error;
    found.fault(
      'stream',
      'A stream is open, but its first event does not arrive.',
      'A proxy buffers: turn buffering and compression of text/event-stream off.',
    );
  }
}
