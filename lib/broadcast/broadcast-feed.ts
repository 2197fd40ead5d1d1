import type { Subscription } from 'rxjs';
import { SlicedWork } from '../limits/sliced-work.js';
import type { MessageBroker } from '../broker/message-broker.js';
import { BackendUnavailableError } from '../session/backend-unavailable.js';
import { ALL_SESSIONS, type EventLog, STANDALONE_STREAM, STREAM_START, type StreamPage } from '../stream/event-log.js';
import type { StreamEvent } from '../stream/stream-event.js';
import { openStream } from '../stream/stream-reader.js';
import { type FeedEntry, feedEntry } from './feed-entry.js';
import { RecentBroadcasts } from './recent-broadcasts.js';

/** Follows the broadcast log. Its methods must not throw. */
export interface FeedListener {
  entry(entry: FeedEntry): void;
  /** The log is followed from now on. Who listens already may have missed what was announced before. */
  started?(): void;
  /** Entries were lost: the log leads from another entry to `to`. */
  gap(from: string, to: string): void;
}

export interface BroadcastFeedOptions {
  readonly log: EventLog;
  readonly broker: MessageBroker;
  readonly report: (error: unknown) => void;
}

/** Follows the broadcast log, once for all clients of this instance. */
export class BroadcastFeed {
  readonly #recent = new RecentBroadcasts();
  readonly #listeners = new Set<FeedListener>();
  readonly #work = new SlicedWork();
  readonly #options: BroadcastFeedOptions;
  readonly #started: Promise<void>;
  #tried!: () => void;
  #found!: (head: string) => void;
  readonly #position = new Promise<string>((resolve) => (this.#found = resolve));
  #head: string | undefined;
  #subscription: Subscription | undefined;

  constructor(options: BroadcastFeedOptions) {
    this.#options = options;
    this.#started = new Promise((resolve) => (this.#tried = resolve));
  }

  /** The newest entry; `undefined` until the log was read. */
  get head(): string | undefined {
    return this.#head;
  }

  /** The newest entry. Resolves as soon as the log can be read, and never rejects. */
  get position(): string | Promise<string> {
    return this.#head ?? this.#position;
  }

  /**
   * Where the broadcasts begin for a session that is opened now.
   *
   * @throws {BackendUnavailableError} if the log was never read, and cannot be read now
   */
  begin(): string | Promise<string> {
    return this.#head ?? this.read(STREAM_START, 1).then(({ last }) => last);
  }

  /**
   * The newest entry of the log itself.
   *
   * @throws {BackendUnavailableError} if it cannot be read now
   */
  async newest(): Promise<string> {
    return (await this.read(this.#head ?? STREAM_START, 1)).last;
  }

  /** Resolves when the log is followed, or could not be read: it is then followed as soon as it can be (F4). */
  start(): Promise<void> {
    const { log, broker } = this.#options;
    const report = (error: unknown): void => {
      this.#tried();
      // At the start the connection itself says that it waits for its backend.
      if (this.#head === undefined && error instanceof BackendUnavailableError) return;
      this.#options.report(error);
    };
    const opening = { log, broker, session: ALL_SESSIONS, stream: STANDALONE_STREAM, claims: false, report };
    this.#subscription ??= openStream(opening).subscribe((event) => this.#on(event));
    return this.#started;
  }

  close(): void {
    this.#subscription?.unsubscribe();
    this.#listeners.clear();
    this.#tried();
  }

  listen(listener: FeedListener): void {
    this.#listeners.add(listener);
  }

  stopListening(listener: FeedListener): void {
    this.#listeners.delete(listener);
  }

  /** @returns the entries after a cursor; `undefined` if they have to be read from the log */
  recentAfter(cursor: string): readonly FeedEntry[] | undefined {
    return this.#recent.after(cursor);
  }

  read(cursor: string, count: number): Promise<StreamPage> {
    return this.#options.log.read(ALL_SESSIONS, STANDALONE_STREAM, cursor, count);
  }

  #on(event: StreamEvent): void {
    if (event.kind === 'primed') {
      this.#head = event.cursor;
      this.#found(event.cursor);
      this.#tell((listener) => listener.started?.());
      this.#tried();
    } else if (event.kind === 'message') {
      const entry = feedEntry(event.id, this.#head!, event.data);
      this.#head = entry.id;
      this.#recent.add(entry);
      this.#tell((listener) => listener.entry(entry));
    } else if (event.kind === 'gap') {
      const from = this.#head!;
      this.#head = event.cursor;
      this.#recent.clear();
      this.#tell((listener) => listener.gap(from, event.cursor));
    }
  }

  /** In slices: ten thousand clients are told without holding up everybody else. */
  #tell(step: (listener: FeedListener) => void): void {
    this.#work.add(this.#listeners, (listener) => {
      if (this.#listeners.has(listener)) step(listener);
    });
  }
}
