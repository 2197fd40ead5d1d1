import type { RequestId } from '../protocol/messages.js';
import type { SessionKey } from '../session/session-record.js';

/** The cursor before the first entry of any stream. */
export const STREAM_START = '0-0';

/** The stream of a session's standing GET; every POST that answers as a stream has one of its own. */
export const STANDALONE_STREAM = 'g';

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

export interface StreamPage {
  /** Entries after the cursor, oldest first, at most as many as asked for. */
  readonly entries: readonly LogEntry[];
  /** Id of the newest entry ever appended, even if it expired; `STREAM_START` if none is known. */
  readonly last: string;
  /** The final message, kept longer than the history, so that a late client still gets its answer. */
  readonly final?: LogEntry;
  /** False when the log knows nothing of this stream: neither appended to nor claimed, or forgotten since. */
  readonly known: boolean;
  /** The highest claim of the stream, 0 without any. Who holds a lower one has missed a signal and must let go (P5). */
  readonly fence: number;
  /** The session is over, or never was. Who still reads has missed that signal. */
  readonly ended: boolean;
}

/**
 * The bounded history of the streams of legacy sessions, and the truth about what was sent on them. An abstract class,
 * so that it is its own injection token.
 *
 * Contract, checked by `eventLogContract()` of `nestjs-mcp-fleet/testing`:
 * - `append` stores, links to the predecessor, and rings the session's channel in one atomic step, whichever instances
 *   append at the same time. Appends of one caller to one stream keep the order of the calls, awaited or not. What it reported as appended is in every later `tail`, in order, until more than
 *   `maxHistory` entries or `maxHistoryBytes` push it out, the oldest first and never the newest, or until the stream
 *   was quiet for `historyTtlMs` (an entry may go as soon as it is that old itself).
 * - The final message stays for `resultTtlMs`, in `Tail.final`. After it nothing can be appended.
 * - A stream is known from its first append or claim until its final message expired, until a newer stream needs its
 *   place (the oldest finished one goes first), or until it was left unfinished and untouched for `resultTtlMs`.
 *   The standing stream is known as long as the session. As long as a stream is known so are its newest id and its
 *   fence: a client that saw everything is told of no gap, however long nothing was sent.
 * - Signals ring on `channel(key)` as `encodeStreamSignal()` writes them, in the order of the entries; several may ring in one
 *   message, a line each.
 * - What was undertaken is owed until the final message is there, whoever appends that.
 * - A session that ended has no streams: its log is removed with it, its channel is rung (when it ended, not when it
 *   expired, which a backend may do silently), `append` says `gone`, `claim` gives nothing, `tail` says `ended`.
 * - A key whose principal differs from the owner's is a session that never was.
 */
export abstract class EventLog {
  /** The broker channel on which the session's doorbells ring. */
  abstract channel(key: SessionKey): string;

  /** @throws {StreamLimitError} when this would begin one stream too many. */
  abstract append(key: SessionKey, stream: string, data: string, options?: AppendOptions): Promise<AppendOutcome>;

  /** Reads on from a cursor; `count` (at least 1) bounds the entries of one call. Slides no session's TTL. */
  abstract read(key: SessionKey, stream: string, cursor: string, count: number): Promise<StreamPage>;

  /**
   * Takes the stream for one connection: the number returned outranks all before it, and the channel is rung so that
   * they let go (P5). The first claim of a stream is 1. `undefined`: the session is over.
   * @throws {StreamLimitError} when this would begin one stream too many.
   */
  abstract claim(key: SessionKey, stream: string): Promise<number | undefined>;

  /** The connection of this claim is gone; nothing happens if a newer claim exists. */
  abstract release(key: SessionKey, stream: string, fence: number): Promise<void>;

  /**
   * From now on this instance owes the answers to these requests, and to no others, on the stream of their POST. A log of
   * one process need not remember: with the process everybody who waits is gone.
   * @throws {StreamLimitError} when this would begin one stream too many.
   */
  assignRequests(_key: SessionKey, _stream: string, _requests: readonly RequestId[]): Promise<void> {
    return Promise.resolve();
  }

  /** The requests nobody will answer any more: the instance that owes the answers gives no sign of life (P6). */
  orphanedRequests(_key: SessionKey, _stream: string): Promise<readonly RequestId[]> {
    return Promise.resolve([]);
  }
}

export interface AppendOptions {
  /** This is the answer of the POST whose stream it is. */
  readonly final?: boolean;
}

/** The session has as many unfinished streams as it may. */
export class StreamLimitError extends Error {
  override readonly name = 'StreamLimitError';
  constructor(readonly limit: number) {
    super(`The session holds its limit of ${limit} unfinished streams.`);
  }
}
