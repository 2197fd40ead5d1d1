import type { ServerResponse } from 'node:http';

/**
 * Time without any progress after which a response that is being written is cut, ms. It is no round number, so that it
 * can be told from the keep-alive timeout that Node sets on the same socket afterwards.
 */
const STALLED_MS = 5009;

/**
 * Destroys the connection of a response when its client stops reading it. Event streams have a limit of their own, and
 * without one here a client could keep large JSON responses in memory for as long as it likes. Node's timeout of a
 * socket counts every byte that the kernel takes as progress, so a slow client is not cut.
 */
export function cutStalledWrite(response: ServerResponse): void {
  const { socket } = response;
  if (response.writableFinished || response.destroyed) return;
  // It waits behind an earlier response of the connection.
  if (!socket) return void response.once('socket', () => cutStalledWrite(response));
  response.setTimeout(STALLED_MS, () => response.destroy());
  response.once('finish', () => {
    // A server without a keep-alive timeout would leave ours on the socket, and cut the next request that takes its
    // time.
    if (socket.timeout === STALLED_MS) socket.setTimeout(0);
  });
}
