import type { SessionKey } from '../session/session-record.js';
import type { SessionStore } from '../session/session-store.js';
import type { InFlight } from './in-flight.js';

/** Cancels what runs in a session that was ended, on every instance: nobody can get its results any more. */
export class SessionEnds {
  readonly #stopListening: (() => void) | undefined;

  constructor(
    sessions: SessionStore,
    private readonly inFlight: InFlight,
    private readonly bus: { publish(event: { type: 'session-ended'; session: SessionKey }): Promise<void> },
  ) {
    this.#stopListening = sessions.onEndAnywhere((session) => this.heard(session));
  }

  /** Tells every instance, unless the store does. */
  async tell(session: SessionKey): Promise<void> {
    if (!this.#stopListening) await this.bus.publish({ type: 'session-ended', session });
  }

  heard(session: SessionKey): void {
    this.inFlight.cancelSession(session, 'the session has ended');
  }

  close(): void {
    this.#stopListening?.();
  }
}
