import type { ChangeBus } from '../broker/change-bus.js';
import type { MessageBroker } from '../broker/message-broker.js';
import type { PendingRequests } from '../interaction/pending-requests.js';
import type { SessionRecord } from '../session/session-record.js';
import type { SessionStore } from '../session/session-store.js';
import type { EventLog } from '../stream/event-log.js';

/** What the session era stands on; the same objects for every session of a server. */
export interface LegacyServices {
  readonly sessions: SessionStore;
  readonly log: EventLog;
  readonly broker: MessageBroker;
  readonly bus: ChangeBus;
  readonly pending: PendingRequests;
  /** The messages that tell the client of a standing stream what it may have missed (§5.5). */
  gapNotifications(session: SessionRecord, reason: string): Promise<readonly string[]>;
  /** Keeps a session from idling out while a connection of it is open. @returns what ends that */
  keepSessionAlive(session: SessionRecord): () => void;
  /** While somebody waits on the stream of a POST: ends its requests if their instance is lost (P6). @returns what ends that */
  watchForLostWorker(session: SessionRecord, stream: string): () => void;
  /** Told of failures that concern no request; must not throw. */
  report(error: unknown): void;
}
