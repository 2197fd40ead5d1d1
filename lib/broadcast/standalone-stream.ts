import { Observable } from 'rxjs';
import type { MessageBroker } from '../broker/message-broker.js';
import type { SessionRecord } from '../session/session-record.js';
import type { SessionStore } from '../session/session-store.js';
import { type EventLog, STANDALONE_STREAM, STREAM_START } from '../stream/event-log.js';
import type { StreamEvent, StreamSink } from '../stream/stream-event.js';
import { StreamReader } from '../stream/stream-reader.js';
import { compareEntryIds } from '../stream/entry-id.js';
import { notificationOf } from './broadcast.js';
import type { BroadcastFeed } from './broadcast-feed.js';
import type { FeedEntry } from './feed-entry.js';
import { FeedReader, type FeedReaderOwner } from './feed-reader.js';
import { type InterestsListener, SessionInterests } from './session-interests.js';

/** What all standalone streams of a server are read with. */
export interface StandaloneSources {
  readonly log: EventLog;
  readonly broker: MessageBroker;
  readonly sessions: SessionStore;
  readonly feed: BroadcastFeed;
  readonly report: (error: unknown) => void;
}

/**
 * Opens one connection's view of the standalone stream of a session: what was sent to the session, and what was
 * announced to all, each in its order. The ids and cursors of its events are positions in both logs,
 * `<entry of the session's log>_<entry of the broadcast log>`.
 *
 * @param cursor the last position that the client has seen. Default: that of `openStream()`, and the same in the
 *   broadcast log
 */
export const openStandaloneStream = (
  sources: StandaloneSources,
  session: SessionRecord,
  cursor?: string,
): Observable<StreamEvent> =>
  new Observable((subscriber) => {
    const reader = new StandaloneReader(sources, session, cursor, subscriber);
    reader.open();
    return () => reader.close();
  });

/** Broadcasts that a client does not want before it gets a new position: without one, it would come back to a gap. */
const SKIPPED_BEFORE_POSITION = 100;

type Held = { readonly entry: FeedEntry } | { readonly gap: string };

/** The same for a sink, which costs a long stream less memory than an Observable. */
export class StandaloneReader implements StreamSink, FeedReaderOwner, InterestsListener {
  readonly #interests: SessionInterests;
  #own: string | undefined;
  #broadcast: string | undefined;
  #stream: StreamReader | undefined;
  #feed: FeedReader | undefined;
  /** Events of the session that wait until it is known where its broadcasts begin. */
  #waiting: StreamEvent[] | undefined;
  /** Broadcasts that wait until it is known whether the session wants them. */
  #held: Held[] | undefined;
  #skipped = 0;
  #ownCaughtUp = false;
  #broadcastsCaughtUp = false;

  constructor(
    private readonly sources: StandaloneSources,
    private readonly session: SessionRecord,
    cursor: string | undefined,
    private readonly sink: StreamSink,
  ) {
    [this.#own, this.#broadcast] = cursor?.split('_') ?? [];
    this.#interests = new SessionInterests(sources, session, this);
  }

  open(): void {
    const { log, broker, report } = this.sources;
    const opening = { log, broker, session: this.session, stream: STANDALONE_STREAM, report };
    const cursor = this.#own === undefined ? {} : { cursor: this.#own };
    this.#stream = new StreamReader({ ...opening, ...cursor }, this);
    this.#stream.open();
  }

  close(): void {
    this.#stream?.close();
    this.#feed?.close();
    this.#interests.close();
  }

  get closed(): boolean {
    return this.sink.closed;
  }

  complete(): void {
    this.sink.complete();
  }

  sessionChanged(since?: string): void {
    this.#interests.changed(since);
  }

  /** With the session's own stream. */
  caughtUp(): void {
    this.#ownCaughtUp = true;
    this.#tellCaughtUp();
  }

  /** An event of the session's own stream. */
  next(event: StreamEvent): void {
    if (this.#waiting) return void this.#waiting.push(event);
    if (this.#broadcast !== undefined || event.kind !== 'primed') return this.#emitOwn(event);
    const { feed } = this.sources;
    // A stream that was read before goes on from now, as it does in its own log.
    const begin =
      event.isNew || this.#own !== undefined ? (this.session.broadcastsFrom ?? feed.position) : feed.position;
    if (typeof begin === 'string') {
      this.#broadcast = begin;
      return this.#emitOwn(event);
    }
    this.#waiting = [event];
    void begin.then((position) => {
      this.#broadcast = position;
      const waiting = this.#waiting ?? [];
      this.#waiting = undefined;
      for (const one of waiting) if (!this.sink.closed) this.#emitOwn(one);
    });
  }

  #emitOwn(event: StreamEvent): void {
    switch (event.kind) {
      case 'primed':
        this.#own = event.cursor;
        this.sink.next({ ...event, cursor: this.#nextPosition() });
        return this.#follow();
      case 'message':
        this.#own = event.id;
        return this.sink.next({ ...event, id: this.#nextPosition() });
      case 'gap':
        this.#own = event.cursor;
        return this.sink.next({ ...event, cursor: this.#nextPosition() });
      case 'end':
        this.sink.next(event);
    }
  }

  /** Where the client is, which it is told with the next event. */
  #nextPosition(): string {
    this.#skipped = 0;
    return `${this.#own}_${this.#broadcast}`;
  }

  #follow(): void {
    if (this.sink.closed) return;
    const { feed, report } = this.sources;
    this.#feed = new FeedReader(feed, this.#broadcast!, this, report);
    this.#feed.open();
  }

  broadcast(entry: FeedEntry): void {
    this.#onBroadcast({ entry });
  }

  broadcastGap(gap: string): void {
    this.#onBroadcast({ gap });
  }

  broadcastsCaughtUp(): void {
    this.#broadcastsCaughtUp = true;
    this.#tellCaughtUp();
  }

  interestsLoaded(added: readonly string[], since: string): void {
    if (added.length > 0) this.#makeUp(added, since);
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const one of held) if (!this.sink.closed) this.#emitBroadcast(one);
    this.#tellCaughtUp();
  }

  #tellCaughtUp(): void {
    if (this.#ownCaughtUp && this.#broadcastsCaughtUp && !this.#held) this.sink.caughtUp?.();
  }

  /**
   * Sends the updates of resources that were left out although they followed the subscription: that and the update
   * reach this instance on two channels, so that the update may be faster. Without knowing it is better to say too much,
   * as the client then reads a resource that has not changed.
   */
  #makeUp(uris: readonly string[], since: string): void {
    const judged = this.#broadcast;
    if (judged === undefined || compareEntryIds(since, judged) >= 0) return;
    const recent = this.sources.feed.recentAfter(since);
    const wasUpdated = (uri: string): boolean =>
      recent?.some(
        ({ id, broadcast }) =>
          broadcast?.type === 'resource-updated' && broadcast.uri === uri && compareEntryIds(id, judged) <= 0,
      ) ?? true;
    for (const uri of uris) {
      if (this.sink.closed || !wasUpdated(uri)) continue;
      const data = notificationOf({ type: 'resource-updated', uri });
      this.sink.next({ kind: 'message', id: this.#nextPosition(), data, final: false });
    }
  }

  #onBroadcast(held: Held): void {
    if (this.#held || !this.#interests.areKnown) (this.#held ??= []).push(held);
    else this.#emitBroadcast(held);
  }

  #emitBroadcast(held: Held): void {
    if ('gap' in held) {
      this.#broadcast = held.gap;
      const reason = held.gap === STREAM_START ? 'unknown' : 'history';
      return this.sink.next({ kind: 'gap', reason, cursor: this.#nextPosition() });
    }
    const { id, broadcast, text } = held.entry;
    this.#broadcast = id;
    if (broadcast && this.#interests.want(broadcast)) {
      return this.sink.next({ kind: 'message', id: this.#nextPosition(), data: text, final: false });
    }
    if (++this.#skipped >= SKIPPED_BEFORE_POSITION) this.sink.next({ kind: 'primed', cursor: this.#nextPosition() });
  }
}
