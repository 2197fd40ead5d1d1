import { knownAcrossCopies } from '../packages/known-across-copies.js';

/**
 * A listener for the messages of a channel. It is never called on the stack of the publisher. It must not throw, must
 * expect messages to be missed, and may publish, subscribe and close on the same broker.
 *
 * @publicApi
 */
export type MessageListener = (message: string) => void;

/**
 * The subscription of one listener to a channel.
 *
 * @publicApi
 */
export interface BrokerSubscription {
  /** Ends the subscription. The listener is not called once this has returned. Idempotent. */
  close(): Promise<void>;
}

/**
 * `up`: as far as the broker knows, published messages arrive. A broker that cannot become unavailable is always `up`.
 *
 * @publicApi
 */
export type BrokerStatus = 'up' | 'down';

/**
 * Carries stream signals and change events between instances. Delivery is at most once, unordered between channels, and
 * without history. The stores are authoritative, so every listener must be able to catch up from them. It is an
 * abstract class so that it can serve as its own injection token.
 *
 * Contract, checked by `messageBrokerContract()` of `nestjs-mcp-fleet/testing`:
 * - `subscribe` resolves once messages published from then on will arrive.
 * - Several listeners on one channel are independent. Closing one does not affect the others.
 * - Messages of one publisher on one channel arrive in order.
 * - If a listener throws, the other listeners still get the message, and the error is reported.
 * - Text arrives exactly as it was published, including line breaks.
 * - A channel without listeners uses no resources, and it can be subscribed to again.
 *
 * @publicApi
 */
export abstract class MessageBroker {
  static {
    knownAcrossCopies(this, 'MessageBroker');
  }

  /**
   * Publishes a message. The promise resolves once the broker has accepted it and rejects if the backend is
   * unavailable. The caller decides how to handle that.
   */
  abstract publish(channel: string, message: string): Promise<void>;

  /** Subscribes a listener to a channel. The promise resolves once messages will arrive. */
  abstract subscribe(channel: string, listener: MessageListener): Promise<BrokerSubscription>;

  /**
   * Registers a listener for interruptions: after a reconnect or a failed probe, messages may have been missed, and
   * subscribers must catch up. A broker that cannot miss messages never calls it.
   *
   * @returns a function that removes the listener
   */
  abstract onInterruption(listener: () => void): () => void;

  /**
   * Registers a listener for how long messages take from `publish()` to the listeners of another instance, ms, told from
   * time to time. A broker that does not measure it never calls it.
   *
   * @returns a function that removes the listener
   */
  onHop(_listener: (milliseconds: number) => void): () => void {
    return () => {};
  }

  /** Whether the backend is reachable. Default: always `up`. */
  get status(): BrokerStatus {
    return 'up';
  }
}
