import { MemoryMessageBroker } from '../../../lib/memory/memory-message-broker.js';
import { type BrokerSubscription, MessageBroker, type MessageListener } from '../../../lib/broker/message-broker.js';

export const FATES = ['pass', 'drop', 'twice', 'hold'] as const;
export type Fate = (typeof FATES)[number];

/** A broker with every allowed fault: it loses, repeats, delays and reorders messages, and reports interruptions. */
export class FaultyBroker extends MessageBroker {
  readonly inner = new MemoryMessageBroker();
  readonly #held: [channel: string, message: string][] = [];
  readonly #interruptionListeners = new Set<() => void>();
  fate: (message: string) => Fate = () => 'pass';
  dropped = 0;
  /** How many of the next `subscribe` calls fail. */
  failures = 0;

  async publish(channel: string, message: string): Promise<void> {
    const fate = this.fate(message);
    if (fate === 'drop') this.dropped++;
    if (fate === 'hold') this.#held.push([channel, message]);
    if (fate === 'pass' || fate === 'twice') await this.inner.publish(channel, message);
    if (fate === 'twice') await this.inner.publish(channel, message);
  }

  /** Delivers held messages late and in reverse order. */
  async releaseHeld(): Promise<void> {
    for (const [channel, message] of this.#held.splice(0).toReversed()) await this.inner.publish(channel, message);
  }

  async subscribe(channel: string, listener: MessageListener): Promise<BrokerSubscription> {
    if (this.failures-- > 0) throw new Error('broker unavailable');
    return this.inner.subscribe(channel, listener);
  }

  onInterruption(listener: () => void): () => void {
    this.#interruptionListeners.add(listener);
    return () => this.#interruptionListeners.delete(listener);
  }

  get interruptionListeners(): number {
    return this.#interruptionListeners.size;
  }

  interrupt(): void {
    for (const listener of this.#interruptionListeners) listener();
  }
}
