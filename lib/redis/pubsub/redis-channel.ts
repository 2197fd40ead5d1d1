import type { MessageListener } from '../../broker/message-broker.js';

/** The subscription of one listener to a channel. */
export interface ChannelListener {
  readonly listener: MessageListener;
  open: boolean;
}

/**
 * One channel of this instance, subscribed in Redis as long as it has listeners. Its subscribe and unsubscribe commands
 * run one after the other, so that a listener that is added while the last one leaves does not miss messages.
 */
export class RedisChannel {
  /** Replaced and never modified, because a listener may be removed while the others are being called. */
  listeners: readonly ChannelListener[] = [];
  #subscribed = false;
  #queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly subscribe: () => Promise<unknown>,
    private readonly unsubscribe: () => Promise<unknown>,
  ) {}

  /** Resolves once Redis has acknowledged the subscription; rejects, and removes the listener again, if it does not. */
  async add(listener: MessageListener): Promise<ChannelListener> {
    const added: ChannelListener = { listener, open: true };
    this.listeners = [...this.listeners, added];
    try {
      await this.#enqueue(async () => {
        if (this.#subscribed) return;
        await this.subscribe();
        this.#subscribed = true;
      });
    } catch (error) {
      this.remove(added);
      throw error;
    }
    return added;
  }

  /** Takes effect immediately: the listener is not called after this returns. */
  remove(removed: ChannelListener): void {
    removed.open = false;
    this.listeners = this.listeners.filter((other) => other !== removed);
  }

  /** Unsubscribes in Redis if there are no listeners. @returns whether the channel is no longer used */
  async unsubscribeIfUnused(): Promise<boolean> {
    await this.#enqueue(async () => {
      if (this.listeners.length > 0 || !this.#subscribed) return;
      this.#subscribed = false;
      await this.unsubscribe();
    });
    return this.listeners.length === 0 && !this.#subscribed;
  }

  #enqueue(step: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(step);
    this.#queue = done.catch(() => undefined);
    return done;
  }
}
