import { type BrokerSubscription, MessageBroker, type MessageListener } from '../broker/message-broker.js';

/** The options of `MemoryMessageBroker`. */
export interface MemoryMessageBrokerOptions {
  /** Called with errors thrown by listeners. Default: the error is uncaught, like an error in an event listener. */
  readonly onError?: (error: unknown) => void;
}

/** An object with few members, because every idle stream holds one. */
class MemorySubscription implements BrokerSubscription {
  open = true;

  constructor(
    readonly listener: MessageListener,
    private readonly channel: string,
    private readonly channels: Map<string, readonly MemorySubscription[]>,
  ) {}

  async close(): Promise<void> {
    this.open = false;
    const others = this.channels.get(this.channel)?.filter((other) => other !== this) ?? [];
    if (others.length > 0) this.channels.set(this.channel, others);
    else this.channels.delete(this.channel);
  }
}

interface Delivery {
  /** The subscribers at the time the message was published. */
  readonly to: readonly MemorySubscription[];
  readonly message: string;
}

/**
 * A message broker in memory, for a single process. It is the default without Redis.
 *
 * It delivers in a microtask, never inside `publish`, so that a publisher can finish its step before any listener runs.
 * All channels share one queue, so for every listener a message that another listener publishes arrives after the
 * message that triggered it.
 *
 * @publicApi
 */
export class MemoryMessageBroker extends MessageBroker {
  readonly #onError: (error: unknown) => void;
  /** The arrays are replaced, never modified, so that a delivery can keep its array without copying it. */
  readonly #channels = new Map<string, readonly MemorySubscription[]>();
  #queue: Delivery[] = [];

  constructor(options: MemoryMessageBrokerOptions = {}) {
    super();
    this.#onError = options.onError ?? rethrow;
  }

  /** The current contents. All values are zero once every subscription is closed. */
  get sizes(): { channels: number; listeners: number; queued: number } {
    const listeners = [...this.#channels.values()].reduce((sum, subscribers) => sum + subscribers.length, 0);
    return { channels: this.#channels.size, listeners, queued: this.#queue.length };
  }

  publish(channel: string, message: string): Promise<void> {
    const to = this.#channels.get(channel);
    if (to !== undefined && this.#queue.push({ to, message }) === 1) queueMicrotask(() => this.#deliver());
    return Promise.resolve();
  }

  async subscribe(channel: string, listener: MessageListener): Promise<BrokerSubscription> {
    const added = new MemorySubscription(listener, channel, this.#channels);
    this.#channels.set(channel, [...(this.#channels.get(channel) ?? []), added]);
    return added;
  }

  /** Never calls the listener, because no message can be missed in memory. */
  onInterruption(): () => void {
    return nothing;
  }

  #deliver(): void {
    // The loop uses an index because the queue grows while it runs. A non-empty queue keeps `publish` from scheduling
    // another delivery.
    for (let i = 0; i < this.#queue.length; i++) {
      const { to, message } = this.#queue[i]!;
      for (const subscriber of to) if (subscriber.open) this.#call(subscriber.listener, message);
    }
    this.#queue = [];
  }

  #call(listener: MessageListener, message: string): void {
    try {
      listener(message);
    } catch (error) {
      // In a microtask, because an error handler that throws here would leave the queue undelivered forever.
      queueMicrotask(() => this.#onError(error));
    }
  }
}

const nothing = (): void => {};

function rethrow(error: unknown): void {
  throw error;
}
