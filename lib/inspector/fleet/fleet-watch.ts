import { randomBytes } from 'node:crypto';
import { Observable, Subject } from 'rxjs';
import type { BrokerSubscription, MessageBroker } from '../../broker/message-broker.js';
import type { StreamEvent } from '../wire/stream-event.js';
import { FleetView } from './fleet-view.js';
import { Timelines } from './timelines.js';
import { type InspectorChannels, parseReport, type WatchMessage } from './messages.js';

/** What is read from the stores from time to time while somebody watches. */
export type ReadLists = (told: (event: StreamEvent) => void) => { close(): void };

export interface FleetWatchOptions {
  readonly broker: MessageBroker;
  readonly channels: InspectorChannels;
  /** The id of this instance. */
  readonly instance: string;
  readonly goneAfterMs: number;
  readonly lists: ReadLists;
  readonly report: (error: unknown) => void;
}

/** How often it is said that somebody watches, and how long that counts, ms: two of them may be lost. */
const RENEW_MS = 2000;
const COUNTS_FOR_MS = 6500;

/** Watches the fleet for the pages of this instance, which share all of it. Nothing runs while there is no page. */
export class FleetWatch {
  readonly #pages = new Set<Subject<string>>();
  #session: WatchSession | undefined;
  #closed = false;

  constructor(private readonly options: FleetWatchOptions) {}

  /** Pages that watch. */
  get size(): number {
    return this.#pages.size;
  }

  /**
   * Each event as JSON. It begins with a snapshot, never errors, and ends with `close()`; to subscribe is to watch. An event
   * is made into text once for all pages. After `close()` it ends at once.
   */
  readonly events$ = new Observable<string>((page) => {
    // A page that comes back would hold up the shutdown, which waits for its connection.
    if (this.#closed) return page.complete();
    const events = new Subject<string>();
    const subscription = events.subscribe(page);
    this.#pages.add(events);
    this.#session ??= new WatchSession(this.options, (event) => this.#tell(event));
    events.next(JSON.stringify(this.#session.view.snapshot()));
    return () => {
      subscription.unsubscribe();
      this.#pages.delete(events);
      if (this.#pages.size > 0) return;
      this.#session?.close();
      this.#session = undefined;
    };
  });

  /** Ends all pages: the instance shuts down. */
  close(): void {
    this.#closed = true;
    for (const page of [...this.#pages]) page.complete();
  }

  #tell(event: StreamEvent): void {
    const text = JSON.stringify(event);
    for (const page of [...this.#pages]) page.next(text);
  }
}

/** From the first page to the last. */
class WatchSession {
  readonly view: FleetView;
  readonly #id = randomBytes(9).toString('base64url');
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #lists: { close(): void };
  readonly #stopListening: () => void;
  #subscription: Promise<BrokerSubscription | undefined> | undefined;
  #closed = false;
  readonly #timelines = new Timelines();

  constructor(
    private readonly options: FleetWatchOptions,
    private readonly tell: (event: StreamEvent) => void,
  ) {
    const { broker, instance, goneAfterMs, lists } = options;
    this.view = new FleetView(instance, goneAfterMs);
    this.#stopListening = broker.onInterruption(() => this.view.excuse());
    this.#lists = lists((event) => this.#take(event));
    const renew = setInterval(() => void this.#watch(), RENEW_MS).unref();
    const look = setInterval(() => this.#look(), goneAfterMs / 4).unref();
    this.#timers = [renew, look];
    void this.#watch();
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#lists.close();
    this.#stopListening();
    this.#say({ type: 'unwatch', watcher: this.#id });
    void this.#subscription?.then((subscription) => subscription?.close());
  }

  /** Says so once reports would arrive, or the first ones were lost. While the broker is unavailable it is tried again. */
  async #watch(): Promise<void> {
    this.#subscription ??= this.#subscribe();
    if ((await this.#subscription) === undefined) this.#subscription = undefined;
    else if (!this.#closed) this.#say({ type: 'watch', watcher: this.#id, forMs: COUNTS_FOR_MS });
  }

  #subscribe(): Promise<BrokerSubscription | undefined> {
    const { broker, channels, report } = this.options;
    return broker
      .subscribe(channels.reports, (message) => this.#told(message))
      .catch((error: unknown) => {
        report(error);
        return undefined;
      });
  }

  /** Nobody needs to know if it cannot be said: it is said again, or forgotten. */
  #say(message: WatchMessage): void {
    const { broker, channels } = this.options;
    broker.publish(channels.watch, JSON.stringify(message)).catch(() => undefined);
  }

  #told(text: string): void {
    const message = parseReport(text);
    if (message?.type === 'report') this.#take(message);
    if (message?.type === 'bye') {
      this.#take({ type: 'gone', gone: { instance: message.instance, at: Date.now(), reason: 'closed' } });
    }
  }

  #look(): void {
    // While nothing arrives, nobody is known to have gone.
    if (this.options.broker.status === 'down') return this.view.excuse();
    for (const gone of this.view.overdue()) this.#take({ type: 'gone', gone });
  }

  #take(given: StreamEvent): void {
    if (given.type === 'gone') this.#timelines.forget(given.gone.instance);
    const event = given.type === 'report' ? { ...given, report: this.#timelines.join(given.report) } : given;
    if (this.view.take(event)) this.tell(event);
  }
}
