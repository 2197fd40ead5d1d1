import type { MessageBroker } from '../broker/message-broker.js';
import { encodeStreamSignal } from '../stream/stream-signal.js';
import { type EventLog, STREAM_START } from '../stream/event-log.js';
import type { SessionKey } from '../session/session-record.js';
import type { BroadcastFeed } from './broadcast-feed.js';

/** Tells the instance that holds the standalone stream of a session that its client wants to hear of something else. */
export class SessionChanges {
  constructor(
    private readonly broker: MessageBroker,
    private readonly log: EventLog,
    private readonly feed: BroadcastFeed,
    private readonly report: (error: unknown) => void,
  ) {}

  /**
   * Resolves when the broker has the signal, or refuses it: then that instance reads the session again when its broker
   * is back.
   */
  announce(session: SessionKey): Promise<void> {
    return this.#publish(session, encodeStreamSignal({ kind: 'changed' }));
  }

  /**
   * The same for a client that has subscribed to a resource. That instance makes up for the updates that it has left out
   * since: what follows the position told here follows the subscription.
   */
  async announceSubscription(session: SessionKey): Promise<void> {
    const since = await this.feed.newest().catch(() => STREAM_START);
    // A version that does not know the first line understands the second.
    const signals = [encodeStreamSignal({ kind: 'changed', since }), encodeStreamSignal({ kind: 'changed' })];
    return this.#publish(session, signals.join('\n'));
  }

  #publish(session: SessionKey, message: string): Promise<void> {
    return this.broker.publish(this.log.channel(session), message).catch(this.report);
  }
}
