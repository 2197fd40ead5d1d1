import { firstTtlMs } from '../../session/first-ttl.js';
import { sessionKeyText } from '../../session/session-key.js';
import type { SessionKey, SessionPatch, SessionRecord } from '../../session/session-record.js';
import { type SessionFilter, SessionLimitError, SessionStore } from '../../session/session-store.js';
import { commandOwner } from '../command-owner.js';
import type { RedisKeys } from '../keys.js';
import { type RedisCommands, RedisRefusedError } from '../connection/redis-commands.js';
import type { StoredLedger } from '../stored/stored-ledger.js';
import { StoredSessions } from '../stored/stored-sessions.js';
import { ExpiredSessions } from './expired-sessions.js';
import { flag, packPatch, packRecord, type SessionFields, unpack } from './session-fields.js';
import { SessionLists } from './session-lists.js';

/** How often expired sessions are looked for, if anybody wants to know of them, ms. */
const EXPIRY_CHECK_MS = 30_000;

/** Sessions that are considered when one has to give way. */
const MAX_CANDIDATES = 32;

export interface RedisSessionStoreOptions {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  /** A session ends when it was not loaded for this time, or up to a twentieth later, ms. */
  readonly idleTtlMs: number;
  /** Maximum number of sessions of all instances together. */
  readonly maxSessions: number;
  /** The part of them that one client may have (`maxSessions`). */
  readonly maxSessionsPerClient?: number;
  /** Maximum number of resources one session may be subscribed to (1000). */
  readonly maxSubscriptions?: number;
  /** The account of what is stored (none). */
  readonly stored?: StoredLedger;
  /** Receives an error for each record that cannot be read (SEC13). */
  readonly report?: (error: unknown) => void;
}

/** The sessions of a fleet. Redis expires them by its own clock, and publishes no signal when it does. */
export class RedisSessionStore extends SessionStore {
  readonly #commands: RedisCommands;
  readonly #keys: RedisKeys;
  readonly #lists: SessionLists;
  readonly #expired: ExpiredSessions;
  readonly #idleTtlMs: number;
  readonly #longTtlMs: number;
  readonly #maxSessions: number;
  readonly #maxSessionsPerClient: number;
  readonly #maxSubscriptions: number;
  readonly #report: ((error: unknown) => void) | undefined;
  readonly #stored: StoredSessions | undefined;
  readonly #holds = new Map<string, number>();

  constructor(options: RedisSessionStoreOptions) {
    const { commands, keys, idleTtlMs, maxSessions, maxSubscriptions = 1000, report } = options;
    super();
    this.#commands = commands;
    this.#keys = keys;
    this.#idleTtlMs = idleTtlMs;
    // A session lives longer than promised by the time between two writes of its TTL, and its list entries live longer
    // still, because a list must not lack a session that exists.
    this.#longTtlMs = Math.ceil(idleTtlMs * 1.05);
    this.#expired = new ExpiredSessions(() => this.#lists, Math.min(idleTtlMs, EXPIRY_CHECK_MS), report ?? (() => {}));
    this.#lists = new SessionLists(commands, keys, Math.ceil(idleTtlMs * 1.15), () => this.#expired.hasListeners);
    this.#maxSessions = maxSessions;
    this.#maxSessionsPerClient = options.maxSessionsPerClient ?? maxSessions;
    this.#maxSubscriptions = maxSubscriptions;
    this.#report = report;
    this.#stored = options.stored && new StoredSessions(options.stored, this.#longTtlMs);
  }

  override async create(record: SessionRecord): Promise<void> {
    const ttlMs = firstTtlMs(record, this.#longTtlMs);
    const listTtlMs = Math.ceil(ttlMs * 1.1);
    const client = clientOf(record);
    const ofClient = this.#keys.sessionsOfClient(client);
    const packed = packRecord(record);
    await this.#stored?.admit(record, client, packed, () => this.#forgetFinished(ofClient));
    if (!(await this.#admit(ofClient, record, this.#maxSessionsPerClient, listTtlMs)))
      throw new SessionLimitError(this.#maxSessionsPerClient, this.#whoseShare);
    if (!(await this.#admit(this.#keys.allSessions, record, this.#maxSessions, listTtlMs))) {
      await this.#lists.withdraw(ofClient, record);
      throw new SessionLimitError(this.#maxSessions);
    }
    await this.#lists.add(record, listTtlMs);
    const fields = [packed, flag(record.initialized), record.logLevel ?? '', ttlMs, client];
    this.#stored?.created(record, client, packed, ttlMs);
    if ((await this.#of(record).run<number>('createSession', [this.#keys.session(record)], fields)) !== 1) {
      throw new Error('A session with this key already exists; session ids must never repeat.');
    }
  }

  override async load(key: SessionKey): Promise<SessionRecord | undefined> {
    const ttls = [this.#idleTtlMs, this.#longTtlMs];
    const fields = await this.#ofSession(() =>
      this.#of(key).run<[...SessionFields, extended: number, subscribed: number] | null>(
        'loadSession',
        this.#sessionAndSubscriptions(key),
        ttls,
      ),
    );
    if (!fields) return undefined;
    const record = this.#unpack(key, [fields[0], fields[1], fields[2]]);
    if (record) this.#stored?.loaded(record, clientOf(record));
    if (record && fields[3] === 1) {
      this.#stored?.extended(key, clientOf(record), fields[0]!, fields[4]);
      await this.#lists.extend(key, clientOf(record));
    }
    return record;
  }

  override async peek(key: SessionKey): Promise<SessionRecord | undefined> {
    const fields = await this.#ofSession(() =>
      this.#of(key).send<SessionFields>('hmget', this.#keys.session(key), 'r', 'i', 'l'),
    );
    return fields && this.#unpack(key, fields);
  }

  /** A key of another type, which nobody of us wrote, is an unknown session and no fault of the request (SEC13). */
  async #ofSession<T>(read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof RedisRefusedError && error.code === 'WRONGTYPE')) throw error;
      this.#report?.(
        new Error('The record of a session in Redis has another type; the session is treated as unknown.'),
      );
      return undefined;
    }
  }

  override async update(key: SessionKey, patch: SessionPatch): Promise<boolean> {
    return (await this.#of(key).run<number>('updateSession', [this.#keys.session(key)], packPatch(patch))) === 1;
  }

  override end(key: SessionKey): Promise<boolean> {
    return this.#end(key, false);
  }

  /** Connections of this instance; those of other instances are known by their claims. */
  override hold(key: SessionKey): () => void {
    const text = sessionKeyText(key);
    this.#holds.set(text, (this.#holds.get(text) ?? 0) + 1);
    return () => {
      const others = this.#holds.get(text)! - 1;
      if (others > 0) this.#holds.set(text, others);
      else this.#holds.delete(text);
    };
  }

  override onExpiry(listener: (key: SessionKey) => void): () => void {
    return this.#expired.add(listener);
  }

  async #end(key: SessionKey, onlyIdle: boolean): Promise<boolean> {
    const channel = this.#keys.wire(this.#keys.signals(key));
    const args = [this.#keys.logs(key), this.#keys.results(key), channel, onlyIdle ? '1' : '0'];
    const ended = await this.#of(key).run<[string, ...string[]] | null>(
      'endSession',
      this.#sessionAndSubscriptions(key),
      args,
    );
    if (ended === null) return false;
    const [text, ...streams] = ended;
    this.#stored?.ended(key, streams);
    const record = this.#unpack(key, [text, null, null]);
    await this.#lists.remove(key, record && clientOf(record));
    return true;
  }

  override async subscribe(key: SessionKey, uri: string): Promise<Subscribed> {
    if (!(await this.#exists(key))) return 'unknown';
    if (this.#stored && !this.#stored.hasRoom(key, uri)) return 'limit';
    const args = [uri, this.#maxSubscriptions];
    const reply = await this.#of(key).run<Subscribed | ['subscribed', bytes: number, ttlMs: number]>(
      'subscribe',
      this.#sessionAndSubscriptions(key),
      args,
    );
    if (typeof reply === 'string') return reply;
    this.#stored?.subscribed(key, reply[1], reply[2]);
    return reply[0];
  }

  override async unsubscribe(key: SessionKey, uri: string): Promise<boolean> {
    return (await this.#of(key).run<number>('unsubscribe', this.#sessionAndSubscriptions(key), [uri])) === 1;
  }

  override subscriptions(key: SessionKey): Promise<string[]> {
    return this.#of(key).send('smembers', this.#keys.subscriptions(key));
  }

  override async find(id: string): Promise<SessionKey | undefined> {
    const principal = await this.#lists.owner(id);
    if (principal === undefined) return undefined;
    return (await this.#exists({ principal, id })) ? { principal, id } : undefined;
  }

  override count(): Promise<number> {
    return this.#commands.run<number>('countSessions', [this.#keys.allSessions]);
  }

  override async *sessions({ principal }: SessionFilter = {}): AsyncGenerator<SessionKey> {
    const list = principal === undefined ? this.#keys.allSessions : this.#keys.sessionsOf(principal);
    for await (const page of this.#lists.walk(list)) {
      const candidates = page.filter((key) => principal === undefined || key.principal === principal);
      const exist = await Promise.all(candidates.map((key) => this.#exists(key)));
      for (const [i, key] of candidates.entries()) if (exist[i]) yield key;
    }
  }

  /** A share that is all of them is no share. */
  get #whoseShare(): 'share' | 'total' {
    return this.#maxSessionsPerClient < this.#maxSessions ? 'share' : 'total';
  }

  /** Adds a session to a list, on which another one may have to make room for it. */
  async #admit(list: string, key: SessionKey, limit: number, ttlMs: number): Promise<boolean> {
    const admit = (): Promise<boolean> => this.#lists.admit(list, key, limit, ttlMs);
    return (await admit()) || ((await this.#makeRoom(list)) && admit());
  }

  /** Forgets the finished streams of the longest idle sessions of a list. @returns whether there were any */
  async #forgetFinished(list: string): Promise<boolean> {
    let some = false;
    for (const key of await this.#lists.oldest(list, MAX_CANDIDATES)) {
      const args = [this.#keys.logs(key), this.#keys.results(key)];
      const streams = await this.#of(key).run<string[]>('forgetFinished', [this.#keys.session(key)], args);
      this.#stored?.forgotten(key, streams);
      some ||= streams.length > 0;
    }
    return some;
  }

  /** Ends the longest idle session of a list without an open connection. @returns whether one was among the first */
  async #makeRoom(list: string): Promise<boolean> {
    for (const key of await this.#lists.oldest(list, MAX_CANDIDATES)) {
      if (this.#holds.has(sessionKeyText(key)) || !(await this.#end(key, true))) continue;
      this.#expired.tell(key);
      return true;
    }
    return false;
  }

  #unpack(key: SessionKey, fields: SessionFields): SessionRecord | undefined {
    const record = unpack(key, fields);
    if (!record && fields[0] !== null)
      this.#report?.(new Error('The record of a session in Redis is corrupt; the session is treated as unknown.'));
    return record;
  }

  async #exists(key: SessionKey): Promise<boolean> {
    return (await this.#of(key).send<number>('exists', this.#keys.session(key))) === 1;
  }

  /** Sends commands on account of the owner of a session. */
  #of(key: SessionKey): RedisCommands {
    return this.#commands.for(commandOwner(key));
  }

  #sessionAndSubscriptions(key: SessionKey): [session: string, subscriptions: string] {
    return [this.#keys.session(key), this.#keys.subscriptions(key)];
  }
}

type Subscribed = 'subscribed' | 'unknown' | 'limit';

const clientOf = ({ client, principal }: SessionRecord): string => client ?? principal;
