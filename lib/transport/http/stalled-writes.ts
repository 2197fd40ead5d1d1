import type { ServerResponse } from 'node:http';

/** Time without any progress after which a response that is being written is cut, ms. */
const STALLED_MS = 5000;

/**
 * Destroys the connection of a response when its client stops reading it: event streams have a limit of their own, and
 * without one here a client could keep large JSON responses in memory for as long as it likes. Node's timeout of a
 * socket counts every byte that the kernel takes as progress, so a slow client is not cut.
 */
export function cutStalledWrite(response: ServerResponse): void {
  if (response.writableFinished || response.destroyed) return;
  response.setTimeout(STALLED_MS, () => response.destroy());
}
