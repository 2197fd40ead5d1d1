import type { ServerResponse } from 'node:http';

/** Time without any progress after which a response that is being written is cut, ms. */
const STALLED_MS = 5000;
const CHECK_MS = 1000;

interface Watched {
  bytesWritten: number;
  since: number;
}

const watched = new Map<ServerResponse, Watched>();
let timer: NodeJS.Timeout | undefined;

/**
 * Destroys the connection of a response when its client stops reading it: event streams have a limit of their own, and
 * without one here a client could keep large JSON responses in memory for as long as it likes.
 */
export function cutStalledWrite(response: ServerResponse): void {
  if (response.writableFinished || response.destroyed) return;
  watched.set(response, { bytesWritten: response.socket?.bytesWritten ?? 0, since: performance.now() });
  response.once('close', () => watched.delete(response));
  response.once('finish', () => watched.delete(response));
  timer ??= setInterval(check, CHECK_MS).unref();
}

function check(): void {
  const now = performance.now();
  for (const [response, entry] of watched) {
    const socket = response.socket;
    // What the kernel took of it: `bytesWritten` counts what waits in the process as well.
    const bytesWritten = socket ? socket.bytesWritten - socket.writableLength : 0;
    if (bytesWritten !== entry.bytesWritten) {
      entry.bytesWritten = bytesWritten;
      entry.since = now;
    } else if (now - entry.since > STALLED_MS) {
      watched.delete(response);
      response.destroy();
    }
  }
  if (watched.size > 0) return;
  clearInterval(timer);
  timer = undefined;
}
