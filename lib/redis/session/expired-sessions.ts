import type { SessionKey } from '../../session/session-record.js';
import type { SessionLists } from './session-lists.js';

/** Sessions that are taken at once. */
const PAGE = 500;

/** Tells listeners of sessions that have expired. Redis does not tell, so their list is read from time to time. */
export class ExpiredSessions {
  readonly #listeners = new Set<(key: SessionKey) => void>();
  #timer: NodeJS.Timeout | undefined;
  #reading = false;

  /** @param lists the lists; @param periodMs time between two reads, ms */
  constructor(
    private readonly lists: () => SessionLists,
    private readonly periodMs: number,
    private readonly report: (error: unknown) => void,
  ) {}

  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  add(listener: (key: SessionKey) => void): () => void {
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => void this.#read().catch(this.report), this.periodMs).unref();
    return () => {
      this.#listeners.delete(listener);
      if (this.hasListeners) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  tell(key: SessionKey): void {
    for (const listener of this.#listeners) listener(key);
  }

  async #read(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      let keys: SessionKey[];
      do {
        keys = await this.lists().takeExpired(PAGE);
        for (const key of keys) this.tell(key);
      } while (keys.length === PAGE && this.hasListeners);
    } finally {
      this.#reading = false;
    }
  }
}
