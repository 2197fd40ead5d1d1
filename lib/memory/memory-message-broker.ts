import { type BrokerSubscription, MessageBroker, type MessageListener } from '../broker/message-broker.js';

export interface MemoryMessageBrokerOptions {
  /** Told of a listener that threw. Without it the error is uncaught, like that of an event listener. */
  readonly onError?: (error: unknown) => void;
}

interface Hold {
  readonly listener: MessageListener;
  open: boolean;
}

interface Delivery {
  /** Those who listened when it was published. */
  readonly to: readonly Hold[];
  readonly message: string;
}

/**
 * The broker of one process. Delivers in a microtask, never inside `publish`: a publisher is not called back by its own
 * message before it has finished its step, and no listener of its runs on its stack. All channels share one queue, so
 * what a listener publishes comes after what it was called for, for every listener.
 */
export class MemoryMessageBroker extends MessageBroker {
  readonly #onError: (error: unknown) => void;
  /** Arrays are replaced, never altered: each delivery keeps the one of its moment without copying it. */
  readonly #channels = new Map<string, readonly Hold[]>();
  #queue: Delivery[] = [];

  constructor(options: MemoryMessageBrokerOptions = {}) {
    super();
    this.#onError = options.onError ?? rethrow;
  }

  /** What is held right now; all zero once everybody has let go. */
  get sizes(): { channels: number; listeners: number; queued: number } {
    const listeners = [...this.#channels.values()].reduce((sum, holds) => sum + holds.length, 0);
    return { channels: this.#channels.size, listeners, queued: this.#queue.length };
  }

  publish(channel: string, message: string): Promise<void> {
    const to = this.#channels.get(channel);
    if (to !== undefined && this.#queue.push({ to, message }) === 1) queueMicrotask(() => this.#deliver());
    return Promise.resolve();
  }

  async subscribe(channel: string, listener: MessageListener): Promise<BrokerSubscription> {
    const hold: Hold = { listener, open: true };
    this.#channels.set(channel, [...(this.#channels.get(channel) ?? []), hold]);
    return {
      close: async () => {
        hold.open = false;
        const left = this.#channels.get(channel)?.filter((other) => other !== hold) ?? [];
        if (left.length > 0) this.#channels.set(channel, left);
        else this.#channels.delete(channel);
      },
    };
  }

  /** Nothing can be missed here. */
  onInterruption(): () => void {
    return () => undefined;
  }

  #deliver(): void {
    // By index: the queue grows while it is worked off, and stays non-empty so that nobody schedules a second round.
    for (let i = 0; i < this.#queue.length; i++) {
      const { to, message } = this.#queue[i]!;
      for (const hold of to) if (hold.open) this.#call(hold.listener, message);
    }
    this.#queue = [];
  }

  #call(listener: MessageListener, message: string): void {
    try {
      listener(message);
    } catch (error) {
      // Not from here: a report that throws would leave the queue undelivered for ever.
      queueMicrotask(() => this.#onError(error));
    }
  }
}

function rethrow(error: unknown): void {
  throw error;
}
