import type { BrokerSubscription, MessageBroker } from '../../broker/message-broker.js';
import type { InstanceReport } from '../wire/instance.js';
import { textOf } from './fitted.js';
import { type InspectorChannels, parseWatch, type ReportMessage } from './messages.js';
import { Watchers } from './watchers.js';

/** What an instance can tell of itself. */
export interface Reporter {
  readonly id: string;
  /** Begins to look at what is only looked at while somebody watches. */
  begin(): void;
  /** Everything since the report before. */
  report(): InstanceReport;
  end(): void;
}

export interface ReportingOptions {
  readonly broker: MessageBroker;
  readonly channels: InspectorChannels;
  readonly reporter: Reporter;
  readonly intervalMs: number;
  readonly report: (error: unknown) => void;
}

/** Time between two attempts to subscribe while the broker is unavailable, ms. */
const RETRY_MS = 1000;

/**
 * Has an instance tell about itself while it is watched. While it is not, it waits for one message on one channel, and
 * does nothing else.
 */
export class Reporting {
  readonly #watchers = new Watchers();
  #subscription: Promise<BrokerSubscription> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;
  #publishing = false;
  #closed = false;

  constructor(private readonly options: ReportingOptions) {}

  /** Does not wait for the broker: an instance starts without it, and can be watched once it is back. */
  start(): void {
    if (this.#closed) return;
    const { broker, channels } = this.options;
    this.#subscription = broker.subscribe(channels.watch, (message) => this.#told(message));
    this.#subscription.catch(() => {
      this.#subscription = undefined;
      // Not reported: the bus, which cannot subscribe either, has done it.
      if (!this.#closed) this.#retry = setTimeout(() => this.start(), RETRY_MS).unref();
    });
  }

  /** Whether it tells about itself. */
  get isWatched(): boolean {
    return this.#timer !== undefined;
  }

  /** Says goodbye, so that nobody waits for another report. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    const wasWatched = this.isWatched;
    this.#end();
    const subscription = await this.#subscription?.catch(() => undefined);
    if (wasWatched) await this.#publish({ type: 'bye', instance: this.options.reporter.id }).catch(() => undefined);
    await subscription?.close();
  }

  #told(text: string): void {
    const message = parseWatch(text);
    if (!message || this.#closed) return;
    if (message.type === 'unwatch') this.#watchers.remove(message.watcher);
    else this.#watchers.add(message.watcher, message.forMs);
    if (!this.#watchers.any) this.#end();
    else if (!this.isWatched) this.#begin();
  }

  #begin(): void {
    const { reporter, intervalMs } = this.options;
    reporter.begin();
    this.#timer = setInterval(() => this.#tick(), intervalMs).unref();
    this.#tick();
  }

  #end(): void {
    if (!this.isWatched) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.options.reporter.end();
  }

  #tick(): void {
    if (!this.#watchers.any) return this.#end();
    // While the broker is slow, one report waits for it, and the next one covers the time of both.
    if (this.#publishing) return;
    this.#publishing = true;
    this.#publish({ type: 'report', report: this.options.reporter.report() })
      // What was not told is not kept: the next report is as good.
      .catch(() => undefined)
      .finally(() => (this.#publishing = false));
  }

  #publish(message: ReportMessage): Promise<void> {
    return this.options.broker.publish(this.options.channels.reports, textOf(message));
  }
}
