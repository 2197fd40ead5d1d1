import type { MessageBroker } from '../../broker/message-broker.js';
import { parseKeyText, sessionKeyText } from '../../session/session-key.js';
import type { SessionKey } from '../../session/session-record.js';

/** What carries the news. */
export interface NewsBroker extends Pick<MessageBroker, 'publish' | 'subscribe' | 'onInterruption' | 'status'> {
  /**
   * Whether the nodes of a cluster copy messages to each other, so that one may arrive after its publisher knows that it
   * was accepted (false).
   */
  readonly copiesMessages?: boolean;
}

/** Begins the news of a session that has ended. The script `endSession` writes the same. */
const ENDED = '-';

/** One channel, on which all instances are told of each session that has ended, or whose log level has changed. */
export class SessionNews {
  readonly #listeners = new Set<(text: string) => void>();
  readonly #endListeners = new Set<(key: SessionKey) => void>();
  #isSubscribed = false;
  #isSubscribing = false;

  constructor(
    private readonly broker: NewsBroker,
    private readonly channel: string,
  ) {}

  /** Whether all news arrives, and at once. */
  get isComplete(): boolean {
    return this.#isSubscribed && this.broker.status === 'up' && !this.broker.copiesMessages;
  }

  /** Subscribes, unless that was done. It ends with the broker; while that is unavailable, each call tries again. */
  listen(): void {
    if (this.#isSubscribed || this.#isSubscribing) return;
    this.#isSubscribing = true;
    void this.broker
      .subscribe(this.channel, (text) => this.#receive(text))
      .then(
        () => (this.#isSubscribed = true),
        () => (this.#isSubscribing = false),
      );
  }

  /** @param listener called with the text of the key of each session, before those who listen for ends */
  onNews(listener: (text: string) => void): void {
    this.#listeners.add(listener);
  }

  /** Calls the listener when news may have been missed. */
  onInterruption(listener: () => void): void {
    this.broker.onInterruption(listener);
  }

  /** @returns a function that removes the listener */
  onEnd(listener: (key: SessionKey) => void): () => void {
    this.#endListeners.add(listener);
    this.listen();
    return () => this.#endListeners.delete(listener);
  }

  tell(what: 'changed' | 'ended', key: SessionKey): Promise<void> {
    return this.broker.publish(this.channel, (what === 'ended' ? ENDED : '') + sessionKeyText(key));
  }

  #receive(text: string): void {
    const hasEnded = text.startsWith(ENDED);
    const keyText = hasEnded ? text.slice(ENDED.length) : text;
    for (const listener of this.#listeners) listener(keyText);
    const key = hasEnded ? parseKeyText(keyText) : undefined;
    if (key) for (const listener of this.#endListeners) listener(key);
  }
}
