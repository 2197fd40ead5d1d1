import { Observable, type Subscriber } from 'rxjs';
import type { BrokerSubscription, MessageBroker } from '../broker/message-broker.js';
import type { SessionKey } from '../session/session-record.js';
import { decodeStreamSignals, type StreamSignal } from './stream-signal.js';
import { compareEntryIds } from './entry-id.js';
import { type EventLog, type LogEntry, STREAM_START } from './event-log.js';

export type StreamEvent =
  /** First of all, new or resumed: without it a client that is cut now has no cursor to come back with (finding 8). */
  | { readonly kind: 'primed'; readonly cursor: string }
  | { readonly kind: 'message'; readonly id: string; readonly data: string; readonly final: boolean }
  /**
   * Once per hole, then the stream goes on. `unknown`: the log has nothing of what the cursor names. Send `cursor` as
   * the id of whatever signals the gap, or a client cut right after it is told of the same hole again.
   */
  | { readonly kind: 'gap'; readonly reason: 'history' | 'unknown'; readonly cursor: string }
  /** Last of all, unless the reader left. */
  | { readonly kind: 'end'; readonly reason: 'final' | 'ended' | 'fenced' };

export interface StreamOpening {
  readonly log: EventLog;
  readonly broker: MessageBroker;
  readonly session: SessionKey;
  readonly stream: string;
  /** Where the client stopped. Without one: from the start if this stream was never open before, else from its tail. */
  readonly cursor?: string;
  /** Entries per read of the log (200). */
  readonly pageSize?: number;
  /**
   * Quiet time after which the log is read anyway (7500, ±⅓): a lost last signal has no successor to reveal it. Longer where
   * a process holds more than 1500 streams.
   */
  readonly selfCheckMs?: number;
  /** Told of everything a backend refused. The stream itself waits and tries again (F4). */
  readonly report: (error: unknown) => void;
}

/**
 * One connection's view of one stream: every entry once and in order, or a gap. Completes, never errors; unsubscribing
 * releases the claim, the channel and the timer. Signals are only a hint of where to look, the log is the truth: an entry
 * is emitted iff its `previous` is the cursor, whatever was dropped, repeated or reordered on the way.
 */
export const openStream = (opening: StreamOpening): Observable<StreamEvent> =>
  new Observable((subscriber) => {
    const stream = new StreamReader(opening, subscriber);
    stream.open();
    return () => stream.close();
  });

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1000;
/** After an interruption all streams of the instance want to read at once. */
const HERD_SPREAD_MS = 100;
/** So that all quiet streams of a process together read at most 200 times a second, however many they are (P16). */
const SELF_CHECK_MS_PER_STREAM = 5;

/** Streams of this process. */
let openStreams = 0;

class StreamReader {
  readonly #opening: StreamOpening;
  readonly #to: Subscriber<StreamEvent>;
  readonly #selfCheckMs: number;
  readonly #spread: number;
  #cursor: string | undefined;
  #fence: number | undefined;
  #claims = 0;
  #channel: BrokerSubscription | undefined;
  #stopListening: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #polling = false;
  #pollAgain = false;
  #failures = 0;
  #superseded = false;
  #interruptions = 0;
  /** Whether no newer claim can be there whose signal rang before it was listened to: a signal alone may be believed (P5). */
  #current = false;

  constructor(opening: StreamOpening, to: Subscriber<StreamEvent>) {
    this.#opening = opening;
    this.#to = to;
    this.#selfCheckMs = opening.selfCheckMs ?? 7500;
    this.#spread = 2 / 3 + (Math.random() * 2) / 3;
  }

  open(): void {
    openStreams++;
    // Primed before the backend is asked for anything: while it is away the client holds a stream with its cursor (F4).
    if (this.#opening.cursor !== undefined) this.#prime(this.#opening.cursor);
    if (this.#to.closed) return;
    this.#stopListening = this.#opening.broker.onInterruption(() => this.#interrupted());
    this.#poll();
  }

  close(): void {
    openStreams--;
    this.#stopTimer();
    this.#stopListening?.();
    this.#channel?.close().catch(this.#opening.report);
    this.#releaseClaim();
  }

  /** Looks into the log until nothing is left. At most one look runs and one waits, however many signals ring meanwhile. */
  #poll(): void {
    if (this.#polling) this.#pollAgain = true;
    else void this.#run();
  }

  /** A look that runs already may have read before the interruption: another one must follow it. */
  #interrupted(): void {
    this.#interruptions++;
    this.#current = false;
    if (this.#polling) this.#pollAgain = true;
    else this.#wait(Math.random() * HERD_SPREAD_MS);
  }

  async #run(): Promise<void> {
    this.#stopTimer();
    this.#polling = true;
    try {
      do {
        this.#pollAgain = false;
        await this.#synchronize();
      } while (this.#pollAgain && !this.#to.closed);
      this.#failures = 0;
    } catch (error) {
      this.#failures++;
      this.#opening.report(error);
    }
    this.#polling = false;
    const retry =
      Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.#failures, 10)) * (0.5 + Math.random() / 2);
    const quiet = Math.max(this.#selfCheckMs, openStreams * SELF_CHECK_MS_PER_STREAM) * this.#spread;
    this.#wait(this.#failures > 0 ? retry : quiet);
  }

  #wait(ms: number): void {
    this.#stopTimer();
    if (!this.#to.closed) this.#timer = setTimeout(() => this.#poll(), ms).unref();
  }

  /** Forgotten, too: `refresh()` would set a cleared timer going again. */
  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Takes the steps of opening that are not done yet, then catches up. Every step may be tried again after a failure. */
  async #synchronize(): Promise<void> {
    const { log, session, stream } = this.#opening;
    if (this.#fence === undefined && !(await this.#claim())) return;
    if (this.#channel === undefined && !(await this.#listen())) return;
    if (this.#cursor === undefined) {
      // A claim whose answer was lost counts too: `fence <= claims` says that nobody but this connection ever claimed.
      const fresh = this.#fence! <= this.#claims;
      const start = fresh ? STREAM_START : (await log.read(session, stream, STREAM_START, 1)).last;
      if (this.#to.closed) return;
      this.#prime(start);
    }
    const interruptions = this.#interruptions;
    await this.#catchUp();
    this.#current = interruptions === this.#interruptions;
  }

  async #claim(): Promise<boolean> {
    this.#claims++;
    this.#fence = await this.#opening.log.claim(this.#opening.session, this.#opening.stream);
    if (this.#fence === undefined) this.#end('ended');
    else if (this.#to.closed) this.#releaseClaim();
    return !this.#to.closed;
  }

  /** From here on signals ring; whatever happened before is found by the catch-up after it. */
  async #listen(): Promise<boolean> {
    const { broker, log, session } = this.#opening;
    const channel = await broker.subscribe(log.channel(session), (message) => this.#onMessage(message));
    if (this.#to.closed) await channel.close();
    else this.#channel = channel;
    return !this.#to.closed;
  }

  #onMessage(message: string): void {
    for (const signal of decodeStreamSignals(message)) if (!this.#to.closed) this.#onSignal(signal);
  }

  #onSignal(signal: StreamSignal | undefined): void {
    if (signal === undefined) return this.#poll();
    if (signal.kind === 'ended') return this.#end('ended');
    if (signal.stream !== this.#opening.stream) return;
    if (signal.kind === 'claimed')
      return this.#fence !== undefined && signal.fence > this.#fence ? this.#end('fenced') : undefined;
    if (this.#cursor === undefined || !this.#current) return this.#poll();
    const { id, previous, data, final } = signal;
    if (previous === this.#cursor && data !== undefined) {
      // Heard just now: no need to look for a while yet (P16).
      this.#timer?.refresh();
      return this.#emit({ id, previous, data, final });
    }
    // Signals of what a read already brought arrive after it. Reading again for each would bring more of the same, for ever.
    if (compareEntryIds(id, this.#cursor) > 0) this.#poll();
  }

  async #catchUp(): Promise<void> {
    const { log, session, stream, pageSize = 200 } = this.#opening;
    for (;;) {
      const asked = this.#cursor!;
      const page = await log.read(session, stream, asked, pageSize);
      if (this.#to.closed) return;
      if (page.ended) return this.#end('ended');
      if (page.fence > this.#fence!) return this.#end('fenced');
      if (page.fence < this.#fence!) {
        // A failover lost the claim. Unclaimed, the next connection would not outrank this one. As a failure, so that a
        // log which never remembers is asked again at a pace.
        this.#fence = undefined;
        throw new Error('The event log lost the claim of an open stream; claiming again.');
      }
      for (const entry of page.entries) {
        // A signal may have been faster than this read.
        if (compareEntryIds(entry.id, this.#cursor!) > 0) this.#emit(entry);
        if (this.#to.closed) return;
      }
      if (this.#cursor === page.last) return page.final?.id === page.last ? this.#end('final') : undefined;
      if (this.#cursor !== asked) continue;
      // Nothing follows the cursor and yet it is not the tail: what was there is gone, but for the answer (F10).
      return page.final ? this.#emit(page.final) : this.#skipTo(page.last);
    }
  }

  #emit(entry: LogEntry): void {
    if (entry.previous !== this.#cursor) this.#skipTo(entry.previous);
    this.#cursor = entry.id;
    this.#to.next({ kind: 'message', id: entry.id, data: entry.data, final: entry.final });
    if (entry.final) this.#end('final');
  }

  #skipTo(cursor: string): void {
    this.#cursor = cursor;
    this.#to.next({ kind: 'gap', reason: cursor === STREAM_START ? 'unknown' : 'history', cursor });
  }

  #prime(cursor: string): void {
    this.#cursor = cursor;
    this.#to.next({ kind: 'primed', cursor });
  }

  #end(reason: 'final' | 'ended' | 'fenced'): void {
    if (this.#to.closed) return;
    this.#superseded = reason !== 'final';
    this.#to.next({ kind: 'end', reason });
    this.#to.complete();
  }

  #releaseClaim(): void {
    const { log, session, stream, report } = this.#opening;
    const fence = this.#fence;
    this.#fence = undefined;
    if (fence !== undefined && !this.#superseded) log.release(session, stream, fence).catch(report);
  }
}
