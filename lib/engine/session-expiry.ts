import type { SessionStore } from '../session/session-store.js';
import type { Observer } from '../observe/observer.js';
import type { InFlight } from './in-flight.js';

/** The longest time that a request goes on after its session has expired, ms. */
const CHECK_MS = 30_000;

/**
 * Records sessions that have expired, and cancels what runs in them. Stores let a session expire silently, on Redis at least, so the
 * sessions of running requests are looked up from time to time.
 */
export class SessionExpiry {
  readonly #timer: NodeJS.Timeout;
  readonly #stopListening: (() => void) | undefined;

  /** @param observer `undefined` if nobody wants to know which sessions expire, as finding out costs */
  constructor(
    private readonly sessions: SessionStore,
    private readonly inFlight: InFlight,
    idleTtlMs: number,
    report: (error: unknown) => void,
    observer: Observer | undefined,
  ) {
    const check = (): void => void this.#check().catch(report);
    this.#timer = setInterval(check, Math.min(CHECK_MS, Math.ceil(idleTtlMs / 2))).unref();
    this.#stopListening = observer && sessions.onExpiry((key) => observer.sessionExpired(key));
  }

  close(): void {
    this.#stopListening?.();
    clearInterval(this.#timer);
  }

  async #check(): Promise<void> {
    for (const session of this.inFlight.sessions()) {
      if (!(await this.sessions.peek(session))) this.inFlight.cancelSession(session, 'the session has expired');
    }
  }
}
