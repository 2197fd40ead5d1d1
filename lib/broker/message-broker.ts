/**
 * Called for each message of a channel, never on the stack of its publisher. Must not throw; may not assume that no
 * message was missed. May publish, subscribe and close on the same broker.
 */
export type MessageListener = (message: string) => void;

/** One listener's hold on a channel. */
export interface BrokerSubscription {
  /** Lets go of the channel; the listener is not called after this returns. Idempotent. */
  close(): Promise<void>;
}

/** `up`: what is published arrives, as far as is known; a broker that cannot be away is always `up`. */
export type BrokerStatus = 'up' | 'down';

/**
 * Carries doorbells and change events between instances: at most once, unordered between channels, nothing kept.
 * The truth is in the stores; whoever listens here must be able to catch up from them. An abstract class, so that it is
 * its own injection token.
 *
 * Contract, checked by `messageBrokerContract()` of `nestjs-mcp-fleet/testing`:
 * - `subscribe` resolves only when messages published from then on will arrive.
 * - Several listeners on one channel are independent; closing one does not affect the others.
 * - Messages of one publisher on one channel arrive in order.
 * - A listener that throws does not keep the message from the others, and what it threw is reported.
 * - Text arrives as it was published, line breaks and all.
 * - A channel nobody holds any more costs nothing; it can be subscribed to again.
 */
export abstract class MessageBroker {
  /** @returns once the message was handed over. Rejects when the backend is away: the caller decides what that means. */
  abstract publish(channel: string, message: string): Promise<void>;

  abstract subscribe(channel: string, listener: MessageListener): Promise<BrokerSubscription>;

  /**
   * Calls back each time messages may have been missed (a reconnect, a failed probe), so that listeners catch up.
   * Never called by a broker that cannot miss any. @returns a function that takes the listener away.
   */
  abstract onInterruption(listener: () => void): () => void;

  get status(): BrokerStatus {
    return 'up';
  }
}
