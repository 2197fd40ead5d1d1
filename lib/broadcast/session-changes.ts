import type { MessageBroker } from '../broker/message-broker.js';
import { encodeStreamSignal } from '../stream/stream-signal.js';
import type { EventLog } from '../stream/event-log.js';
import type { SessionKey } from '../session/session-record.js';

/** Tells the instance that holds the standalone stream of a session that its client wants to hear of something else. */
export class SessionChanges {
  constructor(
    private readonly broker: MessageBroker,
    private readonly log: EventLog,
    private readonly report: (error: unknown) => void,
  ) {}

  /**
   * Resolves when the broker has the signal, or refuses it: then that instance reads the session again when its broker
   * is back.
   */
  announce(session: SessionKey): Promise<void> {
    return this.broker.publish(this.log.channel(session), encodeStreamSignal({ kind: 'changed' })).catch(this.report);
  }
}
