import type { MessageListener } from '../../broker/message-broker.js';

/** One listener's hold on a channel. */
export interface Hold {
  readonly listener: MessageListener;
  open: boolean;
}

/**
 * One channel of this instance: subscribed to as long as somebody holds it. Its subscribing and unsubscribing happen one
 * after the other, so that a listener who comes while the last one leaves is not left deaf.
 */
export class RedisChannel {
  /** Replaced, never altered: a listener may leave while the others are being called. */
  holds: readonly Hold[] = [];
  #subscribed = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly subscribe: () => Promise<unknown>,
    private readonly unsubscribe: () => Promise<unknown>,
  ) {}

  /** @returns once Redis has acknowledged; rejects, and lets go, when it does not */
  async hold(listener: MessageListener): Promise<Hold> {
    const hold: Hold = { listener, open: true };
    this.holds = [...this.holds, hold];
    try {
      await this.#next(async () => {
        if (this.#subscribed) return;
        await this.subscribe();
        this.#subscribed = true;
      });
    } catch (error) {
      this.drop(hold);
      throw error;
    }
    return hold;
  }

  /** Takes effect at once. */
  drop(hold: Hold): void {
    hold.open = false;
    this.holds = this.holds.filter((other) => other !== hold);
  }

  /** @returns whether nobody holds the channel, and it is given up */
  async leave(): Promise<boolean> {
    await this.#next(async () => {
      if (this.holds.length > 0 || !this.#subscribed) return;
      this.#subscribed = false;
      await this.unsubscribe();
    });
    return this.holds.length === 0 && !this.#subscribed;
  }

  #next(step: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(step);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
