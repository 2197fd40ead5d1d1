import { type Observable, Subject } from 'rxjs';
import { type ChangeEvent, parseChangeEvent } from './change-event.js';
import type { BrokerSubscription, MessageBroker } from './message-broker.js';

export interface ChangeBusOptions {
  readonly broker: MessageBroker;
  /** Servers with the same namespace hear each other, others never do. */
  readonly namespace: string;
  readonly report: (error: unknown) => void;
}

/**
 * The one channel on which all instances of a server tell each other what changed. An instance hears its own events too,
 * through the broker like everybody's, so that there is one path to get right and not two.
 */
export class ChangeBus {
  readonly #options: ChangeBusOptions;
  readonly #events = new Subject<ChangeEvent>();
  readonly #interrupted = new Subject<void>();
  #subscription: Promise<BrokerSubscription> | undefined;
  #stopListening: (() => void) | undefined;
  #closed = false;

  /** Hot, from `start()` to `close()`. What is published before somebody subscribes is not kept. */
  readonly events$: Observable<ChangeEvent> = this.#events.asObservable();

  /** Events may have been missed: assume that all of them happened (P12). */
  readonly interrupted$: Observable<void> = this.#interrupted.asObservable();

  constructor(options: ChangeBusOptions) {
    this.#options = options;
  }

  get channel(): string {
    return `${this.#options.namespace}:chg`;
  }

  /** @returns once events published anywhere from then on will arrive. May be called again after it rejected. */
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

  /** Rejects when the broker is away; the event then reached nobody, not even this instance. */
  publish(event: ChangeEvent): Promise<void> {
    return this.#options.broker.publish(this.channel, JSON.stringify(event));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopListening?.();
    this.#events.complete();
    this.#interrupted.complete();
    // A subscription that never came about has nothing to close; `start()` reported it.
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
