/**
 * One event of a stream, or a part of one. It has the members of Nest's own events, so that a stream of them can be
 * returned from a handler with `@Sse()`, too.
 *
 * @publicApi
 */
export interface SseEvent {
  /** The name of the event. Default: none, which clients take as `message`. */
  readonly type?: string;
  /** What a client sends as `Last-Event-ID` to continue after this event. Default: none. */
  readonly id?: string;
  /** One line of JSON, or nothing. Default: none. */
  readonly data?: string;
  /** How long the client waits before it reconnects, in ms. Default: none. */
  readonly retry?: number;
  /** A line that clients ignore. Default: none. */
  readonly comment?: string;
}

/** One JSON-RPC message. Legacy streams give it an id to resume from; modern streams must not (S-3). */
export const messageEvent = (json: string, id?: string): SseEvent => ({ type: 'message', id, data: json });

/**
 * The first event of a resumable stream: how long to wait before reconnecting, and the cursor to reconnect with.
 * Clients before 2025-11-25 parse empty data as JSON and fail, so they get the id without a `data:` line (T-18).
 */
export const primingEvent = (id: string, retryMs: number, emptyData: boolean): SseEvent =>
  emptyData ? { retry: retryMs, id, data: '' } : { retry: retryMs, id };

/** How long the client should wait before it reconnects. Clients do not see it as an event. */
export const retryEvent = (retryMs: number): SseEvent => ({ retry: retryMs });

export const commentEvent = (comment: string): SseEvent => ({ comment });
