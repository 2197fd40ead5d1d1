// Frames of `text/event-stream`. Data is one line of JSON and ids are created here, so nothing needs escaping (SEC9).

/** One JSON-RPC message. Legacy streams give it an id to resume from; modern streams must not (S-3). */
export const messageFrame = (json: string, id?: string): string =>
  id === undefined ? `event: message\ndata: ${json}\n\n` : `event: message\nid: ${id}\ndata: ${json}\n\n`;

/**
 * The first frame of a resumable stream: how long to wait before reconnecting, and the cursor to reconnect with.
 * Clients before 2025-11-25 parse empty data as JSON and fail, so they get the id without a `data:` line (T-18).
 */
export const primingFrame = (id: string, retryMs: number, emptyData: boolean): string =>
  emptyData ? `retry: ${retryMs}\nid: ${id}\ndata: \n\n` : `retry: ${retryMs}\nid: ${id}\n\n`;

/** How long the client should wait before it reconnects. It is not an event. */
export const retryFrame = (retryMs: number): string => `retry: ${retryMs}\n\n`;

/** A comment, which clients ignore. */
export const commentFrame = (text: string): string => `: ${text}\n\n`;
