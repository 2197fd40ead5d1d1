import { declaredExtensions } from '../protocol/extension.js';
import { passes, type LogLevel } from '../protocol/log-levels.js';
import type { SessionKey, SessionRecord } from '../session/session-record.js';
import type { SessionStore } from '../session/session-store.js';
import { compareEntryIds } from '../stream/entry-id.js';
import { STREAM_START } from '../stream/event-log.js';
import type { Broadcast } from './broadcast.js';

/** What the interests of all sessions are loaded with. */
export interface InterestsSource {
  readonly sessions: SessionStore;
  readonly report: (error: unknown) => void;
}

export interface InterestsListener {
  /**
   * Called when they are known, for the first time or again.
   *
   * @param added resources that were not known to be subscribed to when broadcasts after `since` were judged
   */
  interestsLoaded(added: readonly string[], since: string): void;
}

/** Time between two attempts to load them, ms. */
const RETRY_MS = 500;

/** Most sessions are subscribed to nothing, and declare no extension. */
const NO_URIS: ReadonlySet<string> = new Set();
const NO_EXTENSIONS: readonly string[] = [];

/** What a session wants to hear of what is announced to all, as long as a connection of it is open. */
export class SessionInterests {
  #level: LogLevel | undefined;
  #uris: ReadonlySet<string> | undefined;
  #extensions = NO_EXTENSIONS;
  #isLoading = true;
  #loadAgain = false;
  #loads = false;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;
  /** The earliest position that was told with the changes that are being loaded. */
  #since: string | undefined;

  constructor(
    private readonly source: InterestsSource,
    private readonly session: SessionKey,
    private readonly listener: InterestsListener,
  ) {}

  /** Whether they are known just now. They are not while they are being loaded. */
  get areKnown(): boolean {
    return !this.#isLoading;
  }

  /**
   * The client may have changed them.
   *
   * @param since the newest broadcast before the change; `undefined` if none was judged without knowing of it
   */
  changed(since?: string): void {
    this.#isLoading = true;
    if (since !== undefined && (this.#since === undefined || compareEntryIds(since, this.#since) < 0))
      this.#since = since;
    if (this.#loads) this.#loadAgain = true;
    else void this.#load();
  }

  want(broadcast: Broadcast): boolean {
    switch (broadcast.type) {
      case 'list-changed':
        return true;
      case 'resource-updated':
        return this.#uris!.has(broadcast.uri);
      case 'notification':
        return this.#extensions.includes(broadcast.extension);
      case 'message':
        return passes(broadcast.level, this.#level);
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
  }

  async #load(): Promise<void> {
    const { session } = this;
    const { sessions } = this.source;
    this.#loads = true;
    let added: readonly string[] = [];
    try {
      let record: SessionRecord | undefined;
      let uris: readonly string[];
      do {
        this.#loadAgain = false;
        [record, uris] = await Promise.all([sessions.peek(session), sessions.subscriptions(session)]);
      } while (this.#loadAgain);
      const before = this.#uris;
      if (before && this.#since !== undefined) added = uris.filter((uri) => !before.has(uri));
      this.#level = record?.logLevel;
      this.#uris = uris.length === 0 ? NO_URIS : new Set(uris);
      const extensions = declaredExtensions(record?.clientCapabilities);
      this.#extensions = extensions.length === 0 ? NO_EXTENSIONS : extensions;
      this.#isLoading = false;
    } catch (error) {
      this.source.report(error);
      if (!this.#closed) this.#retry = setTimeout(() => void this.#load(), RETRY_MS).unref();
    }
    this.#loads = false;
    if (this.#isLoading || this.#closed) return;
    const since = this.#since ?? STREAM_START;
    this.#since = undefined;
    this.listener.interestsLoaded(added, since);
  }
}
