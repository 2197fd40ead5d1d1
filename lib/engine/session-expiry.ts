import type { SessionStore } from '../session/session-store.js';
import type { InFlight } from './in-flight.js';

/** The longest time that a request goes on after its session has expired, ms. */
const CHECK_MS = 30_000;

/**
 * Cancels what runs in sessions that have expired. Stores let a session expire silently, on Redis at least, so the
 * sessions of running requests are looked up from time to time.
 */
export class SessionExpiry {
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly sessions: SessionStore,
    private readonly inFlight: InFlight,
    idleTtlMs: number,
    report: (error: unknown) => void,
  ) {
    const check = (): void => void this.#check().catch(report);
    this.#timer = setInterval(check, Math.min(CHECK_MS, Math.ceil(idleTtlMs / 2))).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #check(): Promise<void> {
    for (const session of this.inFlight.sessions()) {
      if (!(await this.sessions.peek(session))) this.inFlight.cancelSession(session, 'the session has expired');
    }
  }
}
