import type { AuditSink } from '../audit/audit-sink.js';
import type { LimitStore } from '../limits/limit-store.js';
import type { MessageBroker } from '../broker/message-broker.js';
import type { KeyRing } from '../interaction/key-ring.js';
import type { NonceStore } from '../interaction/nonce-store.js';
import type { PendingRequests } from '../interaction/pending-requests.js';
import type { PrincipalResolver } from '../session/principal-resolver.js';
import type { SessionStore } from '../session/session-store.js';
import type { EventLog } from '../stream/event-log.js';
import type { RedisSample } from '../redis/connection/redis-probe.js';
import type { TaskStore } from '../task/task-store.js';

/** The replaceable parts of a server. */
export interface Backends {
  readonly sessions: SessionStore;
  readonly log: EventLog;
  readonly broker: MessageBroker;
  readonly principals: PrincipalResolver;
  readonly pending: PendingRequests;
  readonly nonces: NonceStore;
  readonly tasks: TaskStore;
  readonly keyRing: KeyRing;
  /** `undefined` unless the application provides one. */
  readonly auditSink: AuditSink | undefined;
}

/** What is stored for clients, bytes. */
export interface StoredGauge {
  readonly held: number;
  readonly largestShare: number;
}

export type StoreSample = RedisSample;

/** Tells how the store that instances share is doing, for who operates the server. */
export interface StoreProbe {
  /** How long a command takes, there and back, ms. Rejects while the store cannot be reached. */
  roundTrip(): Promise<number>;
  /** What is kept in it, from a sample. Rejects while the store cannot be reached. */
  sample(): Promise<StoreSample>;
}

/** Creates the parts of one server that the application does not replace. */
export interface BackendFactories {
  /** What the parts have stored, as far as it is known here. */
  readonly stored: StoredGauge;
  broker(): MessageBroker | Promise<MessageBroker>;
  sessions(broker: MessageBroker): SessionStore;
  log(broker: MessageBroker, sessions: SessionStore): EventLog;
  pending(broker: MessageBroker, sessions: SessionStore): PendingRequests;
  nonces(): NonceStore;
  tasks(): TaskStore;
  keyRing(): KeyRing;
  limits(): LimitStore;
  /** `undefined` for parts in memory. */
  readonly probe?: StoreProbe;
  /** Closes what the parts share. It is called after the parts themselves were closed. */
  close(): void;
}
