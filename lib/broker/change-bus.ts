import { type Observable, Subject } from 'rxjs';
import { type ChangeEvent, parseChangeEvent } from './change-event.js';
import type { BrokerSubscription, MessageBroker } from './message-broker.js';

export interface ChangeBusOptions {
  readonly broker: MessageBroker;
  /** Servers with the same namespace receive each other's events. */
  readonly namespace: string;
  readonly report: (error: unknown) => void;
}

/**
 * The channel on which all instances of a server publish their changes. An instance receives its own events through the
 * broker, too, so that there is only one code path for events.
 */
export class ChangeBus {
  readonly #options: ChangeBusOptions;
  readonly #events = new Subject<ChangeEvent>();
  readonly #interrupted = new Subject<void>();
  #subscription: Promise<BrokerSubscription> | undefined;
  #stopListening: (() => void) | undefined;
  #closed = false;

  /** A hot observable from `start()` to `close()`. It does not replay earlier events to new subscribers. */
  readonly events$: Observable<ChangeEvent> = this.#events.asObservable();

  /** Emits if events may have been missed. Subscribers must assume that every event has happened (P12). */
  readonly interrupted$: Observable<void> = this.#interrupted.asObservable();

  constructor(options: ChangeBusOptions) {
    this.#options = options;
  }

  get channel(): string {
    return `${this.#options.namespace}:chg`;
  }

  /** Resolves once events of all instances will arrive. It may be called again after it has rejected. */
  async start(): Promise<void> {
    if (this.#closed) return;
    const { broker } = this.#options;
    this.#stopListening ??= broker.onInterruption(() => this.#interrupted.next());
    this.#subscription ??= broker.subscribe(this.channel, (message) => this.#onMessage(message));
    try {
      await this.#subscription;
    } catch (error) {
      this.#subscription = undefined;
      throw error;
    }
  }

  /** Rejects if the broker is unavailable. No instance has then received the event, not even this one. */
  publish(event: ChangeEvent): Promise<void> {
    return this.#options.broker.publish(this.channel, JSON.stringify(event));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopListening?.();
    this.#events.complete();
    this.#interrupted.complete();
    // A subscription that failed has nothing to close, and `start()` has reported it.
    const subscription = await this.#subscription?.catch(() => undefined);
    await subscription?.close();
  }

  #onMessage(message: string): void {
    try {
      const event = parseChangeEvent(message);
      if (event !== undefined) this.#events.next(event);
    } catch (error) {
      this.#options.report(error);
    }
  }
}
