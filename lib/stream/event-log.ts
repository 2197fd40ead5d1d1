import type { SessionKey } from '../session/session-record.js';

/** The cursor before the first entry of any stream. */
export const STREAM_START = '0-0';

/** The stream of a session's standing GET; every POST that answers as a stream has one of its own. */
export const STANDING_STREAM = 'g';

/** One message of one stream. */
export interface LogEntry {
  /** `<milliseconds>-<n>`, strictly increasing within its stream. */
  readonly id: string;
  /** The id of the entry before it, `STREAM_START` for the first. A reader emits an entry only if this is its cursor. */
  readonly previous: string;
  /** JSON-RPC text without line breaks. */
  readonly data: string;
  /** The last message of the stream: the answer of a POST. */
  readonly final: boolean;
}

export type AppendOutcome =
  /** `listening`: some connection held the stream at that moment. */
  | { readonly kind: 'appended'; readonly id: string; readonly listening: boolean }
  /** The session is over; nothing was written. */
  | { readonly kind: 'gone' }
  /** The stream already has its final message; nothing was written. */
  | { readonly kind: 'done' };

export interface Tail {
  /** Entries after the cursor, oldest first, at most as many as asked for. */
  readonly entries: readonly LogEntry[];
  /** Id of the newest entry ever appended, `STREAM_START` if none is known. */
  readonly last: string;
  /** The final message, kept longer than the history, so that a late client still gets its answer. */
  readonly final?: LogEntry;
  /** False when the log knows nothing of this stream: never appended, or all of it expired. */
  readonly known: boolean;
}

/**
 * The bounded history of the streams of legacy sessions, and the truth about what was sent on them. An abstract class,
 * so that it is its own injection token.
 *
 * Contract, checked by `eventLogContract()` of `nestjs-mcp-fleet/testing`:
 * - `append` stores, links to the predecessor, and rings the session's channel in one atomic step. What it
 *   reported as appended is in every later `tail`, in order, until `maxHistory` entries, `maxHistoryBytes`
 *   or `historyTtlMs` push it out (the oldest first); the final message stays for `resultTtlMs`.
 * - Bells ring on `channel(key)` as `encodeDoorbell()` writes them, in the order of the entries.
 * - A session that ended has no streams: its log is removed with it and `append` says `gone`.
 */
export abstract class EventLog {
  /** The broker channel on which the session's doorbells ring. */
  abstract channel(key: SessionKey): string;

  abstract append(key: SessionKey, stream: string, data: string, options?: { final?: boolean }): Promise<AppendOutcome>;

  /** Reads on from a cursor; `count` bounds the entries of one call. */
  abstract tail(key: SessionKey, stream: string, cursor: string, count: number): Promise<Tail>;

  /** Takes the stream for one connection: the number returned outranks all before it, and the channel is rung so that they let go (P5). */
  abstract claim(key: SessionKey, stream: string): Promise<number>;

  /** The connection of this claim is gone; nothing happens if a newer claim exists. */
  abstract release(key: SessionKey, stream: string, fence: number): Promise<void>;
}
