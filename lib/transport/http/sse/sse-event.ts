/**
 * One event of an event stream. It has at least one of its members.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 * @publicApi
 */
export interface SseEvent {
  /** The position to resume from, for `Last-Event-ID`. Default: none. */
  readonly id?: string;
  /** A JSON-RPC message as one line of JSON. It may be empty: a client then takes note of the id alone. Default: none. */
  readonly data?: string;
  /** How long the client should wait before it reconnects, in ms. Default: none. */
  readonly retry?: number;
  /** A line that clients ignore. Default: none. */
  readonly comment?: string;
}

/** One JSON-RPC message. Legacy streams give it an id to resume from; modern streams must not (S-3). */
export const messageEvent = (json: string, id?: string): SseEvent =>
  id === undefined ? { data: json } : { id, data: json };

/**
 * The first event of a resumable stream: how long to wait before reconnecting, and the cursor to reconnect with. Clients
 * before 2025-11-25 parse empty data as JSON and fail, so they get the id without a `data:` line (T-18).
 */
export const primingEvent = (id: string, retryMs: number, emptyData: boolean): SseEvent =>
  emptyData ? { retry: retryMs, id, data: '' } : { retry: retryMs, id };

/** How long the client should wait before it reconnects. */
export const retryEvent = (retryMs: number): SseEvent => ({ retry: retryMs });

/** A comment, which clients ignore. */
export const commentEvent = (comment: string): SseEvent => ({ comment });
