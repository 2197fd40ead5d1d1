import { Observable } from 'rxjs';
import type { BrokerSubscription, MessageBroker } from '../broker/message-broker.js';
import type { SessionKey } from '../session/session-record.js';
import { decodeStreamSignals, type StreamSignal } from './stream-signal.js';
import { compareEntryIds } from './entry-id.js';
import { type EventLog, type LogEntry, STREAM_START } from './event-log.js';
import { beatsIn, type QuietReader, SELF_CHECKS } from './self-checks.js';
import type { StreamEvent, StreamSink } from './stream-event.js';

export interface StreamOpening {
  readonly log: EventLog;
  readonly broker: MessageBroker;
  readonly session: SessionKey;
  readonly stream: string;
  /** The last event the client has seen. Defaults to the start of a stream that was never open, else to its end. */
  readonly cursor?: string;
  /** False for a reader that is no connection of a client: it takes the stream from nobody (true). */
  readonly claims?: boolean;
  /** Maximum number of entries per read of the log (200). */
  readonly pageSize?: number;
  /**
   * Quiet time after which the log is read anyway, ms (7500, ±⅓): when the last signal is lost, no later signal reveals
   * it. The time is longer when a process holds more than 1500 streams.
   */
  readonly selfCheckMs?: number;
  /** Receives every error of a backend. The stream itself waits and retries (F4). */
  readonly report: (error: unknown) => void;
}

/**
 * Opens one connection's view of one stream: every entry once and in order, or a gap. The observable completes and
 * never errors; unsubscribing releases the claim, the channel and the timer. Signals are only hints and the log is the
 * source of truth: an entry is emitted if and only if its `previous` equals the cursor, no matter which signals were
 * dropped, repeated or reordered.
 */
export const openStream = (opening: StreamOpening): Observable<StreamEvent> =>
  new Observable((subscriber) => {
    const reader = new StreamReader(opening, subscriber);
    reader.open();
    return () => reader.close();
  });

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1000;
/** After an interruption, all streams of the instance read within this time instead of all at once. */
const CATCH_UP_JITTER_MS = 100;
/** Limits the self-checks of all quiet streams of a process to 200 reads a second, however many there are (P16). */
const SELF_CHECK_MS_PER_STREAM = 5;

/** The number of open streams of this process. */
let openStreams = 0;

/** The same for a sink, which costs a long stream less memory than an Observable. */
export class StreamReader implements QuietReader {
  readonly #opening: StreamOpening;
  readonly #sink: StreamSink;
  readonly #selfCheckMs: number;
  /** Percent of the time between self-checks, so that those of many streams do not come together. */
  readonly #jitter = Math.round(67 + Math.random() * 66);
  #cursor: string | undefined;
  #fence: number | undefined;
  #claims = 0;
  #channel: BrokerSubscription | undefined;
  #removeInterruptionListener: (() => void) | undefined;
  /** Of a retry, or of a read after an interruption. */
  #timer: NodeJS.Timeout | undefined;
  /** @internal */
  checkedAt = 0;
  /** The last beat at which the reader was up to date for sure. */
  #knownAt = 0;
  #polling = false;
  #pollAgain = false;
  #failures = 0;
  #superseded = false;
  #delivered = false;
  #interruptions = 0;
  /**
   * Whether an entry may be emitted from its signal alone. Only a read after the subscription can rule out a newer
   * claim whose signal was published before the subscription (P5).
   */
  #trustsSignals = false;

  constructor(opening: StreamOpening, sink: StreamSink) {
    this.#opening = opening;
    this.#sink = sink;
    this.#selfCheckMs = opening.selfCheckMs ?? 7500;
    // No claim outranks this one, because nobody claims what is read without claims.
    if (opening.claims === false) this.#fence = 0;
  }

  open(): void {
    openStreams++;
    // Before the first command to the backend: while that is unreachable, the client has a stream with its cursor (F4).
    if (this.#opening.cursor !== undefined) this.#prime(this.#opening.cursor);
    if (this.#sink.closed) return;
    this.#removeInterruptionListener = this.#opening.broker.onInterruption(() => this.#onInterruption());
    this.#poll();
  }

  close(): void {
    openStreams--;
    this.#stopWaiting();
    this.#removeInterruptionListener?.();
    this.#channel?.close().catch(this.#opening.report);
    this.#releaseClaim();
  }

  /** Reads the log to its end. At most one poll runs and one waits, however many signals arrive in the meantime. */
  #poll(): void {
    if (this.#polling) this.#pollAgain = true;
    else void this.#runPolls();
  }

  /** A poll that is already running may have read before the interruption, so another one must follow it. */
  #onInterruption(): void {
    this.#interruptions++;
    this.#sink.sessionChanged?.(STREAM_START);
    this.#trustsSignals = false;
    if (this.#polling) this.#pollAgain = true;
    else this.#pollAfter(Math.random() * CATCH_UP_JITTER_MS);
  }

  async #runPolls(): Promise<void> {
    this.#stopWaiting();
    this.#polling = true;
    try {
      do {
        this.#pollAgain = false;
        await this.#synchronize();
      } while (this.#pollAgain && !this.#sink.closed);
      this.#failures = 0;
    } catch (error) {
      this.#failures++;
      this.#opening.report(error);
    }
    this.#polling = false;
    if (this.#failures === 0) return this.#checkLater();
    const retryMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.#failures, 10));
    this.#pollAfter(retryMs * (0.5 + Math.random() / 2));
  }

  #pollAfter(ms: number): void {
    this.#stopWaiting();
    if (!this.#sink.closed) this.#timer = setTimeout(() => this.#poll(), ms).unref();
  }

  #checkLater(): void {
    if (this.#sink.closed) return;
    this.#knownAt = SELF_CHECKS.beat;
    SELF_CHECKS.plan(this, this.#beats);
  }

  /** @internal */
  selfCheck(): void {
    const beatsLeft = this.#knownAt + this.#beats - SELF_CHECKS.beat;
    if (beatsLeft > 0) SELF_CHECKS.plan(this, beatsLeft);
    else this.#poll();
  }

  /** The quiet time after which the log is read. */
  get #beats(): number {
    return beatsIn((Math.max(this.#selfCheckMs, openStreams * SELF_CHECK_MS_PER_STREAM) * this.#jitter) / 100);
  }

  #stopWaiting(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    SELF_CHECKS.cancel(this);
  }

  /** Takes the steps of opening that are still to do, then catches up. Every step can be retried after a failure. */
  async #synchronize(): Promise<void> {
    const { log, session, stream } = this.#opening;
    if (this.#fence === undefined && !(await this.#claim())) return;
    if (this.#channel === undefined && !(await this.#subscribeToSignals())) return;
    if (this.#cursor === undefined) {
      // Claims whose reply was lost count, too: with `fence <= claims`, only this connection ever claimed the stream.
      const isNew = this.#claims > 0 && this.#fence! <= this.#claims;
      const start = isNew ? STREAM_START : (await log.read(session, stream, STREAM_START, 1)).last;
      if (this.#sink.closed) return;
      this.#prime(start, isNew);
    }
    const interruptions = this.#interruptions;
    await this.#catchUp();
    if (this.#delivered || !(this.#superseded || this.#sink.closed)) this.#sink.caughtUp?.();
    this.#trustsSignals = interruptions === this.#interruptions;
  }

  async #claim(): Promise<boolean> {
    this.#claims++;
    this.#fence = await this.#opening.log.claim(this.#opening.session, this.#opening.stream);
    if (this.#fence === undefined) this.#end('ended');
    else if (this.#sink.closed) this.#releaseClaim();
    return !this.#sink.closed;
  }

  /** Signals arrive from here on; the catch-up that follows finds whatever happened before. */
  async #subscribeToSignals(): Promise<boolean> {
    const { broker, log, session } = this.#opening;
    const channel = await broker.subscribe(log.channel(session), (message) => this.#onMessage(message));
    if (this.#sink.closed) await channel.close();
    else this.#channel = channel;
    if (this.#channel) this.#sink.sessionChanged?.();
    return !this.#sink.closed;
  }

  #onMessage(message: string): void {
    for (const signal of decodeStreamSignals(message)) if (!this.#sink.closed) this.#onSignal(signal);
  }

  #onSignal(signal: StreamSignal | undefined): void {
    if (signal === undefined) return this.#poll();
    if (signal.kind === 'ended') return this.#end('ended');
    if (signal.kind === 'changed') return this.#sink.sessionChanged?.(signal.since);
    if (signal.stream !== this.#opening.stream) return;
    if (signal.kind === 'claimed')
      return this.#fence !== undefined && signal.fence > this.#fence ? this.#end('fenced') : undefined;
    if (this.#cursor === undefined || !this.#trustsSignals) return this.#poll();
    const { id, previous, data, final } = signal;
    if (previous === this.#cursor && data !== undefined) {
      // The reader is up to date, so the next self-check can wait (P16).
      this.#knownAt = SELF_CHECKS.beat;
      return this.#emit({ id, previous, data, final });
    }
    // Signals of entries that a read has already returned arrive after it. Reading once more for each of them would
    // never end on a busy stream.
    if (compareEntryIds(id, this.#cursor) > 0) this.#poll();
  }

  async #catchUp(): Promise<void> {
    const { log, session, stream, pageSize = 200 } = this.#opening;
    for (;;) {
      const cursor = this.#cursor!;
      const page = await log.read(session, stream, cursor, pageSize);
      if (this.#sink.closed) return;
      if (page.ended) return this.#end('ended');
      if (page.fence > this.#fence!) return this.#end('fenced');
      if (page.fence < this.#fence!) {
        // A failover lost the claim. Without a claim, the next connection would not outrank this one. This is reported
        // as a failure, so that claims are paced when a log never remembers them.
        this.#fence = undefined;
        throw new Error('The event log lost the claim of an open stream; claiming again.');
      }
      for (const entry of page.entries) {
        // A signal may have been faster than this read.
        if (compareEntryIds(entry.id, this.#cursor!) > 0) this.#emit(entry);
        if (this.#sink.closed) return;
      }
      if (this.#cursor === page.last) return page.final?.id === page.last ? this.#end('final') : undefined;
      if (this.#cursor !== cursor) continue;
      // Nothing follows the cursor, but the stream has newer entries: they have expired, except for the response (F10).
      return page.final ? this.#emit(page.final) : this.#skipTo(page.last);
    }
  }

  #emit(entry: LogEntry): void {
    if (entry.previous !== this.#cursor) this.#skipTo(entry.previous);
    this.#cursor = entry.id;
    this.#sink.next({ kind: 'message', id: entry.id, data: entry.data, final: entry.final });
    if (entry.final) this.#end('final');
  }

  #skipTo(cursor: string): void {
    this.#cursor = cursor;
    this.#sink.next({ kind: 'gap', reason: cursor === STREAM_START ? 'unknown' : 'history', cursor });
  }

  #prime(cursor: string, isNew = false): void {
    this.#cursor = cursor;
    this.#sink.next(isNew ? { kind: 'primed', cursor, isNew } : { kind: 'primed', cursor });
  }

  #end(reason: 'final' | 'ended' | 'fenced'): void {
    if (this.#sink.closed) return;
    this.#superseded = reason !== 'final';
    this.#delivered = reason === 'final';
    this.#sink.next({ kind: 'end', reason });
    this.#sink.complete();
  }

  #releaseClaim(): void {
    const { log, session, stream, report } = this.#opening;
    const fence = this.#fence;
    this.#fence = undefined;
    if (this.#opening.claims === false) return;
    if (fence !== undefined && !this.#superseded) log.release(session, stream, fence, this.#delivered).catch(report);
  }
}
