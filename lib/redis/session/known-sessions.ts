import type { MessageBroker } from '../../broker/message-broker.js';
import { sessionKeyText } from '../../session/session-key.js';
import type { SessionKey, SessionRecord } from '../../session/session-record.js';

/** What tells instances of ends and changes. */
export interface SessionNews extends Pick<MessageBroker, 'publish' | 'subscribe' | 'onInterruption' | 'status'> {
  /**
   * Whether the nodes of a cluster copy messages to each other, so that one may arrive after its publisher knows that it
   * was accepted (false).
   */
  readonly copiesMessages?: boolean;
}

export interface KnownSessionsOptions {
  readonly broker: SessionNews;
  /** On which every instance is told that a session has ended or its log level has changed. */
  readonly channel: string;
  /** How long a session is known at most, also if nobody tells of its end, ms. */
  readonly knownMs: number;
}

interface Known {
  /** `undefined` while it is being loaded. */
  record: SessionRecord | undefined;
  characters: number;
  /** Whether its idle TTL was extended for its first use. */
  used: boolean;
  readonly until: number;
}

const MAX_SESSIONS = 10_000;
/** Characters of what their clients have said of themselves. */
const MAX_CHARACTERS = 8 * 1024 * 1024;

/**
 * The sessions that this instance has read a moment ago, so that a call need not wait for Redis. They are known by
 * their whole key, so that a session is unknown to any principal but its owner. Everybody tells of ends and changes on
 * one channel; while this instance may not hear of them, it knows no session.
 */
export class KnownSessions {
  readonly #options: KnownSessionsOptions;
  readonly #sessions = new Map<string, Known>();
  #characters = 0;
  #isTold = false;
  #isSubscribing = false;

  constructor(options: KnownSessionsOptions) {
    this.#options = options;
    options.broker.onInterruption(() => this.#forgetAll());
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** @returns the session, if it is certain that it still exists, or did so `knownMs` ago */
  get(key: SessionKey): SessionRecord | undefined {
    const known = this.#current(key);
    return known?.used ? known.record : undefined;
  }

  /** As {@link get}, also before the idle TTL was extended: for what is no use of the session. */
  peek(key: SessionKey): SessionRecord | undefined {
    return this.#current(key)?.record;
  }

  #current(key: SessionKey): Known | undefined {
    const known = this.#sessions.get(sessionKeyText(key));
    return known && performance.now() < known.until && this.#hears ? known : undefined;
  }

  /** Whose share a session counts for. This never changes. */
  clientOf(key: SessionKey): string | undefined {
    const record = this.#sessions.get(sessionKeyText(key))?.record;
    return record && (record.client ?? record.principal);
  }

  /**
   * Called before a session is read or created.
   *
   * @param used false for a session that is created or peeked at, whose TTL has to be extended with its first use
   * @returns what to call with the record. It is ignored if somebody has told of a change meanwhile
   */
  expect(key: SessionKey, used: boolean): (record: SessionRecord | undefined) => void {
    if (!this.#isTold || !this.#hears) {
      this.#startListening();
      return ignore;
    }
    const text = sessionKeyText(key);
    const until = performance.now() + this.#options.knownMs;
    const known: Known = { record: undefined, characters: 0, used, until };
    this.#remove(text);
    this.#sessions.set(text, known);
    // Here too: a read that fails never says what became of it.
    this.#makeRoom();
    return (record) => {
      if (this.#sessions.get(text) !== known) return;
      if (record === undefined) return void this.#sessions.delete(text);
      known.record = record;
      known.characters = sizeOf(record);
      this.#characters += known.characters;
      this.#makeRoom();
    };
  }

  /** The session was initialized, which is a use of it. */
  initialized(key: SessionKey): void {
    const known = this.#sessions.get(sessionKeyText(key));
    if (!known?.record) return;
    known.used = true;
    known.record = Object.freeze({ ...known.record, initialized: true });
  }

  forget(key: SessionKey): void {
    this.#remove(sessionKeyText(key));
  }

  /** Tells every instance, this one too, that it knows the session no longer. */
  tell(key: SessionKey): Promise<void> {
    const { broker, channel } = this.#options;
    return broker.publish(channel, sessionKeyText(key));
  }

  /** Whether ends are heard at once. */
  get #hears(): boolean {
    const { broker } = this.#options;
    return broker.status === 'up' && !broker.copiesMessages;
  }

  #startListening(): void {
    const { broker, channel } = this.#options;
    if (this.#isTold || this.#isSubscribing) return;
    this.#isSubscribing = true;
    // It ends with the broker. While that is unavailable, each session that is read tries again.
    void broker
      .subscribe(channel, (text) => this.#remove(text))
      .then(
        () => (this.#isTold = true),
        () => (this.#isSubscribing = false),
      );
  }

  #forgetAll(): void {
    this.#sessions.clear();
    this.#characters = 0;
  }

  #remove(text: string): void {
    const known = this.#sessions.get(text);
    if (!known) return;
    this.#sessions.delete(text);
    this.#characters -= known.characters;
  }

  /** The oldest come first, so those that are known no longer are removed before any other. */
  #makeRoom(): void {
    const now = performance.now();
    for (const [text, { until }] of this.#sessions) {
      const isFull = this.#sessions.size > MAX_SESSIONS || this.#characters > MAX_CHARACTERS;
      if (until > now && !isFull) return;
      this.#remove(text);
    }
  }
}

const ignore = (): void => {};

/** About what a record holds, characters. */
function sizeOf({ clientInfo, clientCapabilities }: SessionRecord): number {
  return 500 + JSON.stringify(clientInfo ?? '').length + JSON.stringify(clientCapabilities).length;
}
