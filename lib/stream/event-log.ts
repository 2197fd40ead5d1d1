import type { RequestId } from '../protocol/messages.js';
import type { SessionKey } from '../session/session-record.js';
import { knownAcrossCopies } from '../packages/known-across-copies.js';

/** The cursor in front of the first entry of every stream. */
export const STREAM_START = '0-0';

/** The name of the standalone stream, which a session's GET reads. Each streamed POST has a stream of its own. */
export const STANDALONE_STREAM = 'g';

/**
 * The owner of the broadcast log: its standalone stream holds what is for all sessions, so that a broadcast is one
 * append however many sessions there are. Every standalone stream is read together with it.
 *
 * @publicApi
 */
export const ALL_SESSIONS: SessionKey = Object.freeze({ principal: '', id: 'all' });

/**
 * Whether a key names the broadcast log.
 *
 * @publicApi
 */
export const isAllSessions = ({ principal, id }: SessionKey): boolean =>
  principal === ALL_SESSIONS.principal && id === ALL_SESSIONS.id;

/**
 * One message of one stream.
 *
 * @publicApi
 */
export interface LogEntry {
  /** `<milliseconds>-<n>`, strictly increasing within its stream. */
  readonly id: string;
  /**
   * The id of the entry before it, `0-0` for the first entry of a stream. A reader emits an entry only if this equals
   * its cursor, which is how it detects a gap.
   */
  readonly previous: string;
  /** The JSON-RPC message as text, without line breaks. */
  readonly data: string;
  /** Whether this is the last message of the stream: the response to the POST. */
  readonly final: boolean;
}

/**
 * The result of `EventLog.append()`.
 *
 * @publicApi
 */
export type AppendOutcome =
  /** The message is stored. `listening`: a connection held the stream at that moment. */
  | { readonly kind: 'appended'; readonly id: string; readonly listening: boolean }
  /** The session does not exist or has ended; nothing was written. */
  | { readonly kind: 'gone' }
  /** The stream already has its final message; nothing was written. */
  | { readonly kind: 'done' };

/**
 * One page of a stream, and what a reader must know about the stream to interpret it.
 *
 * @publicApi
 */
export interface StreamPage {
  /** The entries after the cursor, oldest first, at most as many as requested. */
  readonly entries: readonly LogEntry[];
  /** The id of the newest entry ever appended, even if that entry has expired; `0-0` if none is known. */
  readonly last: string;
  /** The final message. It is kept longer than the history, so that a late client still receives its response. */
  readonly final?: LogEntry;
  /** False when the log knows nothing of this stream: it was never appended to or claimed, or was forgotten since. */
  readonly known: boolean;
  /** The highest claim of the stream, or 0. A reader with a lower claim must close its connection (P5). */
  readonly fence: number;
  /** The session has ended or never existed. A reader that sees this has missed the signal that says so. */
  readonly ended: boolean;
}

/**
 * Options of `EventLog.append()`.
 *
 * @publicApi
 */
export interface AppendOptions {
  /** Marks the last message of the stream: the response to the POST the stream belongs to. Defaults to false. */
  readonly final?: boolean;
}

/**
 * The bounded history of the streams of legacy sessions. It is the source of truth about what was sent on them, and it
 * is what makes `Last-Event-ID` work on any instance.
 *
 * The class is abstract, so that it is its own injection token. The module brings `MemoryEventLog`, or one on Redis
 * when the option `redis` is set.
 *
 * A session has one standalone stream, named `g`, and one stream for each POST whose response is streamed. An entry
 * links to its predecessor with `previous`. A reader that follows the links sees every message exactly once and in
 * order, or learns that there is a gap.
 *
 * `maxHistory` (1000 entries), `maxHistoryBytes` (4 MiB), `historyTtlMs` (10 minutes) and `resultTtlMs` (1 hour) are
 * module options with these defaults. They apply to the event logs of the module; a replacement has its own limits.
 *
 * Contract, checked by `eventLogContract()` of `nestjs-mcp-fleet/testing`:
 *
 * - **Atomic.** `append` stores the entry, links it to its predecessor and publishes a signal on the session's channel
 *   in one atomic step, no matter which instances append at the same time.
 * - **Ordered.** Appends of one caller to one stream keep the order of the calls, whether or not each call is awaited.
 * - **Durable within limits.** Every later `read` returns an entry that was reported as appended, in order, until one
 *   of three limits applies: more than `maxHistory` entries or `maxHistoryBytes` bytes push it out, the oldest entry
 *   first and never the newest; the stream was quiet for `historyTtlMs`; or, if the implementation prefers, the entry
 *   itself is that old.
 * - **Final.** The final message is kept for `resultTtlMs` and returned as `StreamPage.final`. Nothing can be appended
 *   after it.
 * - **Known.** A stream is known from its first append or claim until its final message expires, until a newer stream
 *   needs its place (the oldest finished stream is forgotten first), or until it was left unfinished and untouched for
 *   `resultTtlMs`. The standalone stream is known as long as its session. As long as a stream is known, so are its
 *   newest id and its fence: a client that has seen everything never gets a gap, however long the stream was quiet.
 * - **Signals.** Signals are published on `channel(key)` in the format of `encodeStreamSignal()` and in the order of
 *   the entries. One message may carry several signals, one per line. Signals are hints and may be lost; readers fall
 *   back to `read`.
 * - **Assigned requests.** Requests that were assigned to an instance stay outstanding until the stream has its final
 *   message, whoever appends that.
 * - **Session end.** When a session ends, its log is removed and a signal is published on its channel. A backend may
 *   expire an idle session without that signal. From then on `append` returns `gone`, `claim` returns `undefined` and
 *   `read` returns `ended: true`.
 * - **Broadcasts.** For the key `ALL_SESSIONS` there is always a standalone stream, which needs no session and does not end
 *   with one. It is known as long as it is read or appended to.
 * - **Isolation.** A key whose principal is not the owner of the session behaves like a session that never existed.
 * - **Errors.** A method rejects when the backend is unavailable or refuses, and with the `StreamLimitError` it
 *   documents. "The session has ended" and "the stream is finished" are results, not errors.
 *
 * @example
 * ```ts
 * // Replaces the event log of one server
 * McpModule.forRoot({ name: 'weather', version: '1.0.0', providers: [{ provide: EventLog, useClass: MyEventLog }] });
 * ```
 *
 * @publicApi
 */
export abstract class EventLog {
  static {
    knownAcrossCopies(this, 'EventLog');
  }

  /** Returns the name of the broker channel on which the signals of the session are published. */
  abstract channel(key: SessionKey): string;

  /**
   * Appends one message to a stream. The stream begins with its first append or claim.
   *
   * @param data a JSON-RPC message as text, without line breaks
   * @throws {StreamLimitError} when this call would begin a stream, and the session already has as many as it may
   */
  abstract append(key: SessionKey, stream: string, data: string, options?: AppendOptions): Promise<AppendOutcome>;

  /**
   * Reads the entries after a cursor. Reading does not extend the lifetime of the session.
   *
   * @param cursor the id of the last entry the reader has seen, or `0-0`
   * @param count the maximum number of entries to return, at least 1
   */
  abstract read(key: SessionKey, stream: string, cursor: string, count: number): Promise<StreamPage>;

  /**
   * Claims the stream for one connection and publishes a signal, so that connections with an older claim close (P5).
   *
   * @returns the fence of this claim: 1 for the first claim of a stream, and greater than all before it; `undefined`
   * when the session has ended
   * @throws {StreamLimitError} when this call would begin a stream, and the session already has as many as it may
   */
  abstract claim(key: SessionKey, stream: string): Promise<number | undefined>;

  /**
   * Releases a claim whose connection has closed. Does nothing if there is a newer claim.
   *
   * @param delivered whether the connection wrote the final message; a log may forget the message soon after that,
   * since hardly any client asks for it again
   */
  abstract release(key: SessionKey, stream: string, fence: number, delivered?: boolean): Promise<void>;

  /**
   * Assigns requests to this instance: it will answer them on the stream of their POST. Replaces an earlier assignment
   * on the same stream. The default does nothing, which is right for a log that lives in one process: when the process
   * is lost, so are all connections that wait for it.
   *
   * @throws {StreamLimitError} when this call would begin a stream, and the session already has as many as it may
   */
  assignRequests(_key: SessionKey, _stream: string, _requests: readonly RequestId[]): Promise<void> {
    return Promise.resolve();
  }

  /**
   * Returns the outstanding requests of a stream whose instance has stopped sending heartbeats, so that nobody will
   * answer them (P6). Empty while that instance is alive, and by default.
   */
  orphanedRequests(_key: SessionKey, _stream: string): Promise<readonly RequestId[]> {
    return Promise.resolve([]);
  }
}

/**
 * Thrown by an `EventLog` when a session already has as many unfinished streams as it may.
 *
 * @publicApi
 */
export class StreamLimitError extends Error {
  static {
    knownAcrossCopies(this, 'StreamLimitError');
  }

  override readonly name = 'StreamLimitError';

  /** @param limit the maximum number of streams per session */
  constructor(readonly limit: number) {
    super(`The session holds its limit of ${limit} unfinished streams.`);
  }
}
