import type { MessageBroker } from '../broker/message-broker.js';
import { sessionKeyText } from '../session/session-key.js';
import type { SessionKey } from '../session/session-record.js';
import { type StreamSignal, encodeStreamSignal } from '../stream/stream-signal.js';
import {
  ALL_SESSIONS,
  type AppendOptions,
  type AppendOutcome,
  EventLog,
  isAllSessions,
  STANDALONE_STREAM,
  STREAM_START,
  StreamLimitError,
  type StreamPage,
} from '../stream/event-log.js';
import { StoredBytes } from '../limits/stored-bytes.js';
import { type Clock, steadyClock } from './clock.js';
import type { SessionRegistry } from './session-registry.js';
import { HistoryTotals } from './history-totals.js';
import { SessionStreams } from './session-streams.js';
import { type HistoryLimits, StreamHistory } from './stream-history.js';
import { sweepEvery, sweepPeriodMs } from './sweep.js';

/** The options of `MemoryEventLog`. */
export interface MemoryEventLogOptions extends Partial<HistoryLimits> {
  /** The broker for the stream signals. */
  readonly broker: MessageBroker;
  /** The sessions that exist, usually the `MemorySessionStore`. */
  readonly sessions: SessionRegistry;
  /** Prefix of every channel. It isolates two servers on one broker. Default: `mcp`. */
  readonly namespace?: string;
  /** Maximum number of entries per stream. Default: 1000. */
  readonly maxHistory?: number;
  /** Maximum number of bytes of text per stream. Default: 4 MiB. */
  readonly maxHistoryBytes?: number;
  /** Where the bytes of all streams are counted, with their limits. Default: an account without limits. @internal */
  readonly stored?: StoredBytes;
  /** How long an entry is kept, in ms. Default: 10 min. */
  readonly historyTtlMs?: number;
  /** How long the final message of a stream is kept, in ms. Default: 1 h. */
  readonly resultTtlMs?: number;
  /** Maximum number of streams per session, not counting the standalone stream. Default: 256. */
  readonly maxStreams?: number;
  /** Default: a clock that never jumps. */
  readonly clock?: Clock;
  /**
   * Called if the broker rejects a signal. Readers still find the entry when they poll. Default: errors are ignored.
   */
  readonly report?: (error: unknown) => void;
}

/** Kept answers are large, and are to be gone soon after they were delivered. */
const SWEEP_MS = 10_000;

const UNKNOWN: StreamPage = { entries: [], last: STREAM_START, known: false, fence: 0, ended: false };

/**
 * An event log in memory, for a single process. It is the default without Redis. Each method completes its work in one
 * tick, which makes it atomic.
 *
 * @example
 * ```ts
 * const sessions = new MemorySessionStore();
 * const log = new MemoryEventLog({ broker: new MemoryMessageBroker(), sessions });
 * ```
 * @publicApi
 */
export class MemoryEventLog extends EventLog {
  readonly #broker: MessageBroker;
  readonly #sessions: SessionRegistry;
  readonly #prefix: string;
  readonly #limits: HistoryLimits;
  readonly #maxStreams: number;
  readonly #now: Clock;
  readonly #report: (error: unknown) => void;
  readonly #streams = new Map<string, SessionStreams>();
  readonly #totals: HistoryTotals;
  readonly #stop: (() => void)[];

  constructor(options: MemoryEventLogOptions) {
    super();
    this.#broker = options.broker;
    this.#sessions = options.sessions;
    this.#prefix = `${options.namespace ?? 'mcp'}:session:`;
    this.#limits = {
      maxHistory: options.maxHistory ?? 1000,
      maxHistoryBytes: options.maxHistoryBytes ?? 4 * 1024 * 1024,
      historyTtlMs: options.historyTtlMs ?? 600_000,
      resultTtlMs: options.resultTtlMs ?? 3_600_000,
    };
    this.#maxStreams = options.maxStreams ?? 256;
    const unlimited = { totalBytes: Number.POSITIVE_INFINITY, shareBytes: Number.POSITIVE_INFINITY };
    this.#totals = new HistoryTotals(options.stored ?? new StoredBytes(unlimited));
    this.#now = options.clock ?? steadyClock;
    this.#report = options.report ?? (() => undefined);
    this.#stop = [
      options.sessions.onEnd((key) => this.#drop(key)),
      sweepEvery(Math.min(sweepPeriodMs(this.#limits.historyTtlMs), SWEEP_MS), () => this.#sweep()),
    ];
  }

  /** What is kept for sessions. All values are zero once every session has ended. */
  get sizes(): { sessions: number; streams: number; entries: number; bytes: number } {
    const sessions = [...this.#streams].filter(([text]) => text !== sessionKeyText(ALL_SESSIONS));
    const streams = sessions.flatMap(([, session]) => [...session].map(([, history]) => history));
    return {
      sessions: sessions.length,
      streams: streams.length,
      entries: streams.reduce((sum, { size }) => sum + size, 0),
      bytes: streams.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  channel(key: SessionKey): string {
    return this.#prefix + sessionKeyText(key);
  }

  async append(key: SessionKey, stream: string, data: string, options?: AppendOptions): Promise<AppendOutcome> {
    if (!this.#exists(key)) return { kind: 'gone' };
    const history = this.#history(key, stream);
    if (history.done) return { kind: 'done' };
    const entry = history.append(data, options?.final ?? false, this.#now());
    if (entry.final && stream !== STANDALONE_STREAM) {
      this.#totals.finished(history.client, history, () => this.#forget(key, stream, history));
    }
    if (!isAllSessions(key)) this.#totals.makeRoom(history.client, history);
    this.#signal(key, { kind: 'entry', stream, ...entry });
    return { kind: 'appended', id: entry.id, listening: history.held };
  }

  async read(key: SessionKey, stream: string, cursor: string, count: number): Promise<StreamPage> {
    if (!this.#exists(key)) return { ...UNKNOWN, ended: true };
    const history = this.#existing(key, stream);
    if (history === undefined) return UNKNOWN;
    const now = this.#now();
    history.trim(now);
    const entries = history.after(cursor, count, now);
    return { entries, last: history.last, final: history.final, known: true, fence: history.fence, ended: false };
  }

  async claim(key: SessionKey, stream: string): Promise<number | undefined> {
    if (!this.#exists(key)) return undefined;
    const fence = this.#history(key, stream).claim(this.#now());
    this.#signal(key, { kind: 'claimed', stream, fence });
    return fence;
  }

  async release(key: SessionKey, stream: string, fence: number, delivered = false): Promise<void> {
    this.#existing(key, stream)?.release(fence, delivered);
  }

  /** Stops the sweep and removes the listener from the session registry. */
  close(): void {
    for (const stop of this.#stop) stop();
  }

  #exists(key: SessionKey): boolean {
    return isAllSessions(key) || this.#sessions.has(key);
  }

  #existing(key: SessionKey, stream: string): StreamHistory | undefined {
    const streams = this.#streams.get(sessionKeyText(key));
    const history = streams?.get(stream);
    if (history === undefined || stream === STANDALONE_STREAM || !history.isExpired(this.#now())) return history;
    this.#delete(streams!, stream);
    return undefined;
  }

  #history(key: SessionKey, stream: string): StreamHistory {
    const existing = this.#existing(key, stream);
    if (existing !== undefined) return existing;
    const text = sessionKeyText(key);
    const streams = this.#streams.get(text) ?? new SessionStreams();
    if (stream !== STANDALONE_STREAM) this.#makeRoom(streams);
    const client = this.#sessions.clientOf?.(key) ?? key.principal;
    // What is for everybody counts for nobody's share.
    const totals = isAllSessions(key) ? undefined : this.#totals;
    const history = new StreamHistory(this.#limits, this.#now(), client, totals);
    streams.set(stream, history);
    this.#streams.set(text, streams);
    return history;
  }

  /** An unfinished stream is never removed to make room, because its reader could not detect the loss. */
  #makeRoom(streams: SessionStreams): void {
    const isFull = () => streams.others >= this.#maxStreams;
    if (!isFull()) return;
    this.#removeExpired(streams);
    if (!isFull()) return;
    for (const [name, history] of streams) {
      if (history.done && name !== STANDALONE_STREAM) return this.#delete(streams, name);
    }
    throw new StreamLimitError(this.#maxStreams);
  }

  #removeExpired(streams: SessionStreams): void {
    const now = this.#now();
    for (const [name, history] of streams) {
      history.trim(now);
      if (name !== STANDALONE_STREAM && history.isExpired(now)) this.#delete(streams, name);
    }
  }

  #sweep(): void {
    for (const [text, streams] of this.#streams) {
      this.#removeExpired(streams);
      if (streams.isEmpty) this.#streams.delete(text);
    }
  }

  #delete(streams: SessionStreams, stream: string): void {
    const history = streams.get(stream);
    streams.delete(stream);
    if (!history) return;
    history.forget();
    this.#totals.forget(history);
  }

  /** Unless another stream has taken its place meanwhile. */
  #forget(key: SessionKey, stream: string, history: StreamHistory): void {
    const streams = this.#streams.get(sessionKeyText(key));
    if (streams?.get(stream) === history) this.#delete(streams, stream);
  }

  #drop(key: SessionKey): void {
    const streams = this.#streams.get(sessionKeyText(key));
    for (const [stream] of [...(streams ?? [])]) this.#delete(streams!, stream);
    this.#streams.delete(sessionKeyText(key));
    this.#signal(key, { kind: 'ended' });
  }

  #signal(key: SessionKey, signal: StreamSignal): void {
    this.#broker.publish(this.channel(key), encodeStreamSignal(signal)).catch(this.#report);
  }
}
