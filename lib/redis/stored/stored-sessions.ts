import { sessionKeyText } from '../../session/session-key.js';
import type { SessionKey } from '../../session/session-record.js';
import type { StoredLedger } from './stored-ledger.js';
import { logOf, resultOf } from './stored-streams.js';

/** What a session costs beside its record and its subscriptions, bytes. */
const SESSION_BYTES = 1024;

/** The sessions in the account: for each one its record and its subscriptions. */
export class StoredSessions {
  constructor(
    private readonly ledger: StoredLedger,
    private readonly ttlMs: number,
  ) {}

  /** @throws {StorageLimitError} if there is no room for the session, also after `makeRoom` */
  async admit(session: SessionKey, client: string, record: string, makeRoom: () => Promise<boolean>): Promise<void> {
    this.ledger.remember(session, client);
    await this.ledger.admit(client, SESSION_BYTES + Buffer.byteLength(record), makeRoom);
  }

  /** Called when the session is there. */
  created(session: SessionKey, client: string, record: string, ttlMs: number): void {
    this.ledger.note(recordOf(session), { client, bytes: SESSION_BYTES + Buffer.byteLength(record), at: 0, ttlMs });
  }

  loaded(session: SessionKey, client: string): void {
    this.ledger.remember(session, client);
  }

  /** Whose share a session counts for, if this instance knows. */
  clientOf(session: SessionKey): string | undefined {
    return this.ledger.clientOf(session);
  }

  /** Called when the time to live of the session was extended. */
  extended(session: SessionKey, client: string, record: string, subscribed: number): void {
    this.ledger.remember(session, client);
    this.created(session, client, record, this.ttlMs);
    if (subscribed > 0) this.subscribed(session, subscribed, this.ttlMs);
  }

  hasRoom(session: SessionKey, uri: string): boolean {
    return this.ledger.refusal(this.ledger.clientOf(session), uri.length) === undefined;
  }

  /** @param bytes of all its subscriptions */
  subscribed(session: SessionKey, bytes: number, ttlMs: number): void {
    const client = this.ledger.clientOf(session) ?? '';
    this.ledger.note(subscriptionsOf(session), { client, bytes, at: 0, ttlMs });
  }

  forgotten(session: SessionKey, streams: readonly string[]): void {
    for (const stream of streams) {
      this.ledger.gone(logOf(session, stream));
      this.ledger.gone(resultOf(session, stream));
    }
  }

  ended(session: SessionKey, streams: readonly string[]): void {
    this.ledger.gone(recordOf(session));
    this.ledger.gone(subscriptionsOf(session));
    this.forgotten(session, streams);
  }
}

const recordOf = (session: SessionKey): string => `s${sessionKeyText(session)}`;

const subscriptionsOf = (session: SessionKey): string => `u${sessionKeyText(session)}`;
