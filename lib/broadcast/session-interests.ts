import { passes, type LogLevel } from '../protocol/log-levels.js';
import type { SessionKey } from '../session/session-record.js';
import type { SessionStore } from '../session/session-store.js';
import type { Broadcast } from './broadcast.js';

export interface SessionInterestsOptions {
  readonly sessions: SessionStore;
  readonly session: SessionKey;
  /** Called when they are known, for the first time or again. */
  readonly loaded: () => void;
  readonly report: (error: unknown) => void;
}

/** Time between two attempts to load them, ms. */
const RETRY_MS = 500;

/** What a session wants to hear of what is announced to all, as long as a connection of it is open. */
export class SessionInterests {
  readonly #options: SessionInterestsOptions;
  #level: LogLevel | undefined;
  #uris: ReadonlySet<string> = new Set();
  #isLoading = true;
  #loadAgain = false;
  #loads = false;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: SessionInterestsOptions) {
    this.#options = options;
  }

  /** Whether they are known just now. They are not while they are being loaded. */
  get areKnown(): boolean {
    return !this.#isLoading;
  }

  /** The client may have changed them. */
  changed(): void {
    this.#isLoading = true;
    if (this.#loads) this.#loadAgain = true;
    else void this.#load();
  }

  want(broadcast: Broadcast): boolean {
    switch (broadcast.type) {
      case 'list-changed':
        return true;
      case 'resource-updated':
        return this.#uris.has(broadcast.uri);
      case 'message':
        return passes(broadcast.level, this.#level);
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
  }

  async #load(): Promise<void> {
    const { sessions, session, loaded, report } = this.#options;
    this.#loads = true;
    try {
      do {
        this.#loadAgain = false;
        const [record, uris] = await Promise.all([sessions.peek(session), sessions.subscriptions(session)]);
        this.#level = record?.logLevel;
        this.#uris = new Set(uris);
      } while (this.#loadAgain);
      this.#isLoading = false;
    } catch (error) {
      report(error);
      if (!this.#closed) this.#retry = setTimeout(() => void this.#load(), RETRY_MS).unref();
    }
    this.#loads = false;
    if (!this.#isLoading && !this.#closed) loaded();
  }
}
