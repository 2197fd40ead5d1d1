/** Frames of `text/event-stream`. Data is one line of JSON and ids are the project's own, so nothing needs escaping (S9). */

/** One JSON-RPC message; legacy streams give it an id to resume from, modern ones must not (S-3). */
export const messageFrame = (json: string, id?: string): string =>
  id === undefined ? `event: message\ndata: ${json}\n\n` : `event: message\nid: ${id}\ndata: ${json}\n\n`;

/**
 * The first bytes of a resumable stream: how long to wait before coming back, and the cursor to come back with.
 * Clients before 2025-11-25 parse empty data as JSON and fail, so they get the id without a `data:` line (T-18).
 */
export const primingFrame = (id: string, retryMs: number, emptyData: boolean): string =>
  emptyData ? `retry: ${retryMs}\nid: ${id}\ndata: \n\n` : `retry: ${retryMs}\nid: ${id}\n\n`;

/** How long the client should wait before it comes back; no event. */
export const retryFrame = (retryMs: number): string => `retry: ${retryMs}\n\n`;

export const commentFrame = (text: string): string => `: ${text}\n\n`;
