import type { BroadcastFeed } from '../broadcast/broadcast-feed.js';
import type { ChangeBus } from '../broker/change-bus.js';
import type { MessageBroker } from '../broker/message-broker.js';
import type { MessageReader } from '../engine/notification-access.js';
import type { SessionEnds } from '../engine/session-ends.js';
import type { Permit } from '../limits/limit-store.js';
import type { PendingRequests } from '../interaction/pending-requests.js';
import type { Observer } from '../observe/observer.js';
import type { KeptSession } from '../session/session-keeper.js';
import type { SessionRecord } from '../session/session-record.js';
import type { SessionStore } from '../session/session-store.js';
import type { EventLog } from '../stream/event-log.js';

/** What the legacy era needs. All sessions of a server share these objects. */
export interface LegacyServices {
  readonly sessions: SessionStore;
  readonly log: EventLog;
  readonly broker: MessageBroker;
  readonly bus: ChangeBus;
  readonly ends: SessionEnds;
  readonly feed: BroadcastFeed;
  readonly pending: PendingRequests;
  readonly observer: Observer;
  /** The messages that tell the client of a standalone stream what it may have missed (§5.5). */
  gapNotifications(session: SessionRecord, reason: string): Promise<readonly string[]>;
  /** Whether a message of the standalone stream may be sent to the client that reads it now. It never rejects. */
  mayReceive(reader: MessageReader, text: string): boolean | Promise<boolean>;
  /**
   * Counts an event stream of a client, until it is given back.
   *
   * @throws {LimitExceededError}
   */
  admitStream(client: string): Permit | Promise<Permit>;
  /** Keeps a session from expiring while a connection of it is open. */
  keepSessionAlive(session: SessionRecord): KeptSession;
  /**
   * Ends the requests on the stream of a POST if their instance is lost (P6). Runs while a client waits on the stream.
   *
   * @returns a function that stops it
   */
  watchForLostWorker(session: SessionRecord, stream: string): () => void;
  /** Reports a failure that belongs to no request. Must not throw. */
  report(error: unknown): void;
}
