import { sessionKeyText } from '../../session/session-key.js';
import type { SessionKey, SessionRecord } from '../../session/session-record.js';
import type { SessionNews } from './session-news.js';

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
 * their whole key, so that a session is unknown to any principal but its owner. While this instance may not hear of ends
 * and changes, it knows no session.
 */
export class KnownSessions {
  readonly #sessions = new Map<string, Known>();
  #characters = 0;

  constructor(
    private readonly news: SessionNews,
    /** How long a session is known at most, also if nobody tells of its end, ms. */
    private readonly knownMs: number,
  ) {
    news.onNews((text) => this.#remove(text));
    news.onInterruption(() => this.#forgetAll());
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
    return known && performance.now() < known.until && this.news.isComplete ? known : undefined;
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
    if (!this.news.isComplete) {
      this.news.listen();
      return ignore;
    }
    const text = sessionKeyText(key);
    const until = performance.now() + this.knownMs;
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
