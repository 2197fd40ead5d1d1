import type { SessionRecord } from './session-record.js';
import type { SessionStore } from './session-store.js';

/** A session that a connection keeps alive, until it is released. */
export interface KeptSession {
  release(): void;
}

/** Times within a third of the idle TTL at which sessions are loaded, so that those that came together are not loaded at once. */
const BEATS = 1200;
/** The shortest time between two of them, ms. */
const LEAST_BEAT_MS = 10;

/**
 * Loads sessions at a third of their idle TTL while a connection is open, because a client that only listens for an hour
 * is still alive. All sessions share one timer.
 */
export class SessionKeeper {
  /** The one that is due first in front. */
  readonly #kept = new Set<Kept>();
  readonly #beatMs: number;
  readonly #beats: number;
  #timer: NodeJS.Timeout | undefined;
  #beat = 0;

  constructor(
    private readonly sessions: SessionStore,
    idleTtlMs: number,
    private readonly report: (error: unknown) => void,
  ) {
    const periodMs = Math.ceil(idleTtlMs / 3);
    this.#beatMs = Math.max(LEAST_BEAT_MS, periodMs / BEATS);
    this.#beats = Math.max(1, Math.floor(periodMs / this.#beatMs));
  }

  keep(session: SessionRecord): KeptSession {
    const kept = new Kept(session, this.#beat + this.#beats, this);
    this.sessions.hold(session);
    this.#kept.add(kept);
    this.#timer ??= setInterval(() => this.#next(), this.#beatMs).unref();
    return kept;
  }

  /** @internal */
  letGo(kept: Kept): void {
    if (!this.#kept.delete(kept)) return;
    this.sessions.release(kept.session);
    if (this.#kept.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #next(): void {
    this.#beat++;
    for (const kept of this.#kept) {
      if (kept.due > this.#beat) return;
      kept.due = this.#beat + this.#beats;
      this.#kept.delete(kept);
      this.#kept.add(kept);
      void this.sessions.load(kept.session).catch(this.report);
    }
  }
}

class Kept implements KeptSession {
  constructor(
    readonly session: SessionRecord,
    /** The beat at which it is loaded next. */
    public due: number,
    private readonly keeper: SessionKeeper,
  ) {}

  release(): void {
    this.keeper.letGo(this);
  }
}
