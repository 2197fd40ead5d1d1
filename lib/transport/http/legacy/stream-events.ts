import type { Subscribable, Unsubscribable } from 'rxjs';
import { TRAITS } from '../../../protocol/revisions.js';
import { legacyPeer, type Peer, type Sender } from '../../../exchange/peer.js';
import type { KeptSession } from '../../../session/session-keeper.js';
import type { SessionRecord } from '../../../session/session-record.js';
import { formatEventId } from '../../../stream/event-id.js';
import { StandaloneReader } from '../../../broadcast/standalone-stream.js';
import { STANDALONE_STREAM } from '../../../stream/event-log.js';
import type { StreamEvent, StreamSink } from '../../../stream/stream-event.js';
import { StreamReader } from '../../../stream/stream-reader.js';
import type { MessageReader } from '../../../engine/notification-access.js';
import type { LegacyServices } from '../../legacy-services.js';
import { commentEvent, messageEvent, primingEvent, retryEvent, type SseEvent } from '../sse/sse-event.js';

/**
 * How long a client waits before it reconnects, ms. It is short because an instance can serve the client at once
 * (§5.4).
 */
export const RETRY_MS = 1000;

/** The final entry of a stream whose request was cancelled: it ends the stream without a response. */
export const NO_RESPONSE = '';

/** Where the events go: a writer, or a subscriber of RxJS. */
export interface EventObserver {
  readonly closed: boolean;
  next(event: SseEvent): void;
  complete(): void;
}

/**
 * The events of one connection to one stream of a session. It is subscribed to once.
 *
 * No Observable with a chain of operators: each idle stream would hold several objects of each of them.
 */
export class StreamEvents implements StreamSink, MessageReader, Subscribable<SseEvent>, Unsubscribable {
  #observer!: EventObserver;
  #kept: KeptSession | undefined;
  #stopWatching: (() => void) | undefined;
  #reader: StreamReader | StandaloneReader | undefined;
  /** What has come while an event takes a moment. Nothing may overtake it. */
  #waiting: (StreamEvent | 'complete')[] | undefined;
  /** Whether it is still to be told how a client has come back. */
  #isResuming: boolean;

  /**
   * @param cursor where to continue; see `StreamOpening.cursor`
   * @param reader whose GET reads the stream. Default: the client whose POST it belongs to, which this instance serves
   */
  constructor(
    private readonly services: LegacyServices,
    private readonly session: SessionRecord,
    private readonly stream: string,
    private readonly cursor?: string,
    private readonly reader?: Sender,
  ) {
    this.#isResuming = reader !== undefined && cursor !== undefined;
  }

  /** Opens the stream. @returns what ends it */
  subscribe(observer: EventObserver): Unsubscribable {
    const { services, session, stream, cursor } = this;
    this.#observer = observer;
    this.#kept = services.keepSessionAlive(session);
    this.#reader =
      stream === STANDALONE_STREAM
        ? new StandaloneReader(services, session, cursor, this)
        : this.#readerOfPost(services, cursor);
    this.#reader.open();
    return this;
  }

  #readerOfPost({ log, broker, report, watchForLostWorker }: LegacyServices, cursor: string | undefined): StreamReader {
    const { session, stream } = this;
    if (this.reader) this.#stopWatching = watchForLostWorker(session, stream);
    return new StreamReader({ log, broker, session, stream, report, ...(cursor !== undefined && { cursor }) }, this);
  }

  unsubscribe(): void {
    this.#kept?.release();
    this.#stopWatching?.();
    this.#reader?.close();
    this.#kept = this.#stopWatching = this.#reader = undefined;
  }

  get closed(): boolean {
    return this.#observer.closed;
  }

  next(event: StreamEvent): void {
    if (event.kind === 'gap') this.#tellResumed('gap');
    if (this.#waiting) return void this.#waiting.push(event);
    const taking = this.#take(event);
    if (taking) void this.#inOrder(taking);
  }

  caughtUp(): void {
    this.#tellResumed('exact');
  }

  complete(): void {
    if (this.#waiting) this.#waiting.push('complete');
    else this.#observer.complete();
  }

  #tellResumed(outcome: 'exact' | 'gap'): void {
    if (!this.#isResuming) return;
    this.#isResuming = false;
    this.services.observer.streamResumed(this.session, this.stream, outcome);
  }

  peer(): Peer {
    return legacyPeer(this.session, this.reader);
  }

  /** Passes on what has come meanwhile, until nothing waits. */
  async #inOrder(first: Promise<void>): Promise<void> {
    const waiting: (StreamEvent | 'complete')[] = (this.#waiting = []);
    try {
      await first;
      for (let event = waiting.shift(); event !== undefined && !this.closed; event = waiting.shift()) {
        if (event === 'complete') return this.#observer.complete();
        await this.#take(event);
      }
      this.#waiting = undefined;
    } catch (error) {
      // The failed message is not skipped: the client reconnects for it with the cursor that it has.
      this.services.report(error);
      this.#observer.next(retryEvent(RETRY_MS));
      this.#observer.complete();
    }
  }

  /** @returns a promise for an event that takes a moment */
  #take(event: StreamEvent): void | Promise<void> {
    switch (event.kind) {
      case 'primed':
        return this.#observer.next(this.#priming(event.cursor));
      case 'message':
        if (event.data === NO_RESPONSE) return;
        return this.#message(event.data, formatEventId(this.stream, event.id));
      case 'gap':
        return this.#gap(event.reason, event.cursor);
      case 'end':
        if (event.reason !== 'final') this.#observer.next(retryEvent(RETRY_MS));
    }
  }

  #priming(cursor: string): SseEvent {
    return primingEvent(formatEventId(this.stream, cursor), RETRY_MS, TRAITS[this.session.revision].priming);
  }

  #message(data: string, id?: string): void | Promise<void> {
    const isFiltered = this.reader && this.stream === STANDALONE_STREAM;
    const received = !isFiltered || this.services.mayReceive(this, data);
    if (typeof received !== 'boolean') return received.then((is) => this.#pass(is, data, id));
    this.#pass(received, data, id);
  }

  #pass(received: boolean, data: string, id?: string): void {
    if (received) this.#observer.next(messageEvent(data, id));
  }

  /**
   * The cursor is sent last. A client that is disconnected in between reconnects with the old cursor and gets all
   * notifications again, never half of them (P3). The cursor is sent even if nothing follows.
   */
  async #gap(reason: string, cursor: string): Promise<void> {
    this.#observer.next(commentEvent('gap'));
    // A gap in the stream of a POST lost notifications only: the response is stored apart and still arrives.
    if (this.stream === STANDALONE_STREAM) {
      // Everything that the client may have missed (§5.5). It has no ids, as it is not in the log.
      for (const text of await this.services.gapNotifications(this.session, reason)) await this.#message(text);
    }
    this.#observer.next(this.#priming(cursor));
  }
}
