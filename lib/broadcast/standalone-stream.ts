import { Observable, type Subscriber, type Subscription } from 'rxjs';
import type { MessageBroker } from '../broker/message-broker.js';
import type { SessionRecord } from '../session/session-record.js';
import type { SessionStore } from '../session/session-store.js';
import { type EventLog, STANDALONE_STREAM, STREAM_START } from '../stream/event-log.js';
import { openStream, type StreamEvent } from '../stream/stream-reader.js';
import type { BroadcastFeed } from './broadcast-feed.js';
import type { FeedEntry } from './feed-entry.js';
import { FeedReader } from './feed-reader.js';
import { SessionInterests } from './session-interests.js';

export interface StandaloneOpening {
  readonly log: EventLog;
  readonly broker: MessageBroker;
  readonly sessions: SessionStore;
  readonly feed: BroadcastFeed;
  readonly session: SessionRecord;
  /** The last position that the client has seen. Default: that of `openStream()`, and the same in the broadcast log. */
  readonly cursor?: string | undefined;
  readonly report: (error: unknown) => void;
}

/**
 * Opens one connection's view of the standalone stream of a session: what was sent to the session, and what was
 * announced to all, each in its order. The ids and cursors of its events are positions in both logs,
 * `<entry of the session's log>_<entry of the broadcast log>`.
 */
export const openStandaloneStream = (opening: StandaloneOpening): Observable<StreamEvent> =>
  new Observable((subscriber) => {
    const reader = new StandaloneReader(opening, subscriber);
    reader.open();
    return () => reader.close();
  });

/** Broadcasts that a client does not want before it gets a new position: without one, it would come back to a gap. */
const SKIPPED_BEFORE_POSITION = 100;

type Held = { readonly entry: FeedEntry } | { readonly gap: string };

class StandaloneReader {
  readonly #opening: StandaloneOpening;
  readonly #subscriber: Subscriber<StreamEvent>;
  readonly #interests: SessionInterests;
  #own: string | undefined;
  #broadcast: string | undefined;
  #stream: Subscription | undefined;
  #feed: FeedReader | undefined;
  /** Events of the session that wait until it is known where its broadcasts begin. */
  #waiting: StreamEvent[] | undefined;
  /** Broadcasts that wait until it is known whether the session wants them. */
  #held: Held[] = [];
  #skipped = 0;

  constructor(opening: StandaloneOpening, subscriber: Subscriber<StreamEvent>) {
    this.#opening = opening;
    this.#subscriber = subscriber;
    const { sessions, session, report, cursor } = opening;
    [this.#own, this.#broadcast] = cursor?.split('_') ?? [];
    this.#interests = new SessionInterests({ sessions, session, report, loaded: () => this.#release() });
  }

  open(): void {
    const { log, broker, session, report } = this.#opening;
    const opening = { log, broker, session, stream: STANDALONE_STREAM, report };
    const sessionChanged = (): void => this.#interests.changed();
    const cursor = this.#own === undefined ? {} : { cursor: this.#own };
    this.#stream = openStream({ ...opening, ...cursor, sessionChanged }).subscribe({
      next: (event) => this.#onOwn(event),
      complete: () => this.#subscriber.complete(),
    });
  }

  close(): void {
    this.#stream?.unsubscribe();
    this.#feed?.close();
    this.#interests.close();
  }

  #onOwn(event: StreamEvent): void {
    if (this.#waiting) return void this.#waiting.push(event);
    if (this.#broadcast !== undefined || event.kind !== 'primed') return this.#emitOwn(event);
    const { feed, session } = this.#opening;
    // A stream that was read before goes on from now, as it does in its own log.
    const begin = event.isNew || this.#own !== undefined ? (session.broadcastsFrom ?? feed.position) : feed.position;
    if (typeof begin === 'string') {
      this.#broadcast = begin;
      return this.#emitOwn(event);
    }
    this.#waiting = [event];
    void begin.then((position) => {
      this.#broadcast = position;
      const waiting = this.#waiting ?? [];
      this.#waiting = undefined;
      for (const one of waiting) if (!this.#subscriber.closed) this.#emitOwn(one);
    });
  }

  #emitOwn(event: StreamEvent): void {
    switch (event.kind) {
      case 'primed':
        this.#own = event.cursor;
        this.#subscriber.next({ ...event, cursor: this.#nextPosition() });
        return this.#follow();
      case 'message':
        this.#own = event.id;
        return this.#subscriber.next({ ...event, id: this.#nextPosition() });
      case 'gap':
        this.#own = event.cursor;
        return this.#subscriber.next({ ...event, cursor: this.#nextPosition() });
      case 'end':
        this.#subscriber.next(event);
    }
  }

  /** Where the client is, which it is told with the next event. */
  #nextPosition(): string {
    this.#skipped = 0;
    return `${this.#own}_${this.#broadcast}`;
  }

  #follow(): void {
    if (this.#subscriber.closed) return;
    const { feed, report } = this.#opening;
    this.#feed = new FeedReader({
      ...{ feed, report, cursor: this.#broadcast! },
      entry: (entry) => this.#onBroadcast({ entry }),
      gap: (gap) => this.#onBroadcast({ gap }),
    });
    this.#feed.open();
  }

  #onBroadcast(held: Held): void {
    if (this.#held.length > 0 || !this.#interests.areKnown) return void this.#held.push(held);
    this.#emitBroadcast(held);
  }

  #release(): void {
    for (const held of this.#held.splice(0)) if (!this.#subscriber.closed) this.#emitBroadcast(held);
  }

  #emitBroadcast(held: Held): void {
    if ('gap' in held) {
      this.#broadcast = held.gap;
      const reason = held.gap === STREAM_START ? 'unknown' : 'history';
      return this.#subscriber.next({ kind: 'gap', reason, cursor: this.#nextPosition() });
    }
    const { id, broadcast, text } = held.entry;
    this.#broadcast = id;
    if (broadcast && this.#interests.want(broadcast)) {
      return this.#subscriber.next({ kind: 'message', id: this.#nextPosition(), data: text, final: false });
    }
    if (++this.#skipped >= SKIPPED_BEFORE_POSITION)
      this.#subscriber.next({ kind: 'primed', cursor: this.#nextPosition() });
  }
}
