import { firstTtlMs } from '../../session/first-ttl.js';
import { sessionKeyText } from '../../session/session-key.js';
import type { SessionKey, SessionPatch, SessionRecord } from '../../session/session-record.js';
import { type SessionFilter, SessionStore } from '../../session/session-store.js';
import { commandOwner } from '../command-owner.js';
import type { RedisKeys } from '../keys.js';
import { type RedisCommands, RedisRefusedError } from '../connection/redis-commands.js';
import type { ScriptName } from '../connection/scripts.js';
import { StoredSessions } from '../stored/stored-sessions.js';
import { ExpiredSessions } from './expired-sessions.js';
import { KnownSessions } from './known-sessions.js';
import type { RedisSessionStoreOptions } from './redis-session-store-options.js';
import { SessionAdmission } from './session-admission.js';
import { flag, packRecord, type SessionFields, unpack } from './session-fields.js';
import { SessionHolds } from './session-holds.js';
import { SessionLists } from './session-lists.js';
import { SessionNews } from './session-news.js';
import { type Subscribed, SessionSubscriptions } from './session-subscriptions.js';

/** How often expired sessions are looked for, if anybody wants to know of them, ms. */
const EXPIRY_CHECK_MS = 30_000;

/** A third of the time after which an instance counts as lost. */
const KNOWN_MS = 3333;

/** Sessions that are considered when one has to give way. */
const MAX_CANDIDATES = 32;

/** The sessions of a fleet. Redis expires them by its own clock, and publishes no signal when it does. */
export class RedisSessionStore extends SessionStore {
  readonly #commands: RedisCommands;
  readonly #keys: RedisKeys;
  readonly #lists: SessionLists;
  readonly #admission: SessionAdmission;
  readonly #news: SessionNews | undefined;
  readonly #known: KnownSessions | undefined;
  /** The channel on which the scripts tell of ends and changes; '' if it has another slot than the session. */
  readonly #changes: string;
  readonly #expired: ExpiredSessions;
  readonly #minTtlMs: number;
  readonly #longTtlMs: number;
  readonly #subscriptions: SessionSubscriptions;
  readonly #report: ((error: unknown) => void) | undefined;
  readonly #stored: StoredSessions | undefined;
  readonly #holds = new SessionHolds();

  constructor(options: RedisSessionStoreOptions) {
    const { commands, keys, idleTtlMs, maxSessions, maxSubscriptions = 1000, report, broker } = options;
    super();
    this.#commands = commands;
    this.#keys = keys;
    // Half of the time by which a session lives longer than promised is for its use while it is known, without a read.
    const knownMs = Math.min(options.knownMs ?? KNOWN_MS, Math.floor(idleTtlMs / 40));
    this.#news = broker && new SessionNews(broker, keys.sessionChanges);
    this.#known = this.#news && new KnownSessions(this.#news, knownMs);
    this.#changes = commands.isCluster ? '' : keys.wire(keys.sessionChanges);
    this.#minTtlMs = idleTtlMs + (broker ? knownMs : 0);
    // A session lives longer than promised by the time between two writes of its TTL, and its list entries live longer
    // still, because a list must not lack a session that exists.
    this.#longTtlMs = Math.ceil(idleTtlMs * 1.05);
    this.#expired = new ExpiredSessions(() => this.#lists, Math.min(idleTtlMs, EXPIRY_CHECK_MS), report ?? (() => {}));
    this.#lists = new SessionLists(commands, keys, Math.ceil(idleTtlMs * 1.15), () => this.#expired.hasListeners);
    this.#admission = new SessionAdmission({
      ...{ commands, keys, lists: this.#lists, maxSessions },
      maxSessionsPerClient: options.maxSessionsPerClient ?? maxSessions,
      makeRoom: (list) => this.#makeRoom(list),
    });
    this.#report = report;
    this.#stored = options.stored && new StoredSessions(options.stored, this.#longTtlMs);
    this.#subscriptions = new SessionSubscriptions(commands, keys, maxSubscriptions, this.#stored);
  }

  override async create(record: SessionRecord): Promise<void> {
    const [packed, client] = [packRecord(record), clientOf(record)];
    const ttlMs = firstTtlMs(record, this.#longTtlMs);
    const ofClient = this.#keys.sessionsOfClient(client);
    await this.#stored?.admit(record, client, packed, () => this.#forgetFinished(ofClient));
    const created = this.#known?.expect(record, false);
    await this.#admission.create({ record, packed, client, ttlMs });
    this.#stored?.created(record, client, packed, ttlMs);
    created?.(this.#unpack(record, [packed, flag(record.initialized), record.logLevel ?? '']));
  }

  override load(key: SessionKey): Promise<SessionRecord | undefined> {
    const known = this.#known?.get(key);
    return known ? Promise.resolve(known) : this.#load(key);
  }

  async #load(key: SessionKey): Promise<SessionRecord | undefined> {
    const loaded = this.#known?.expect(key, true);
    const ttls = [this.#minTtlMs, this.#longTtlMs];
    const fields = await this.#run<[...SessionFields, extended: number, subscribed: number]>('loadSession', key, ttls);
    const record = fields ? this.#unpack(key, [fields[0], fields[1], fields[2]]) : undefined;
    loaded?.(record);
    if (!fields || !record) return undefined;
    this.#stored?.loaded(record, clientOf(record));
    if (fields[3] === 1) {
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

  override async peekRecent(key: SessionKey): Promise<SessionRecord | undefined> {
    const known = this.#known?.peek(key);
    if (known) return known;
    const read = this.#known?.expect(key, false);
    const record = await this.peek(key);
    read?.(record);
    return record;
  }

  /** Has every instance forget what it knows of a session. If they cannot be told, they know it until a heartbeat is over. */
  async #tell(what: 'changed' | 'ended', key: SessionKey): Promise<void> {
    this.#known?.forget(key);
    if (this.#changes === '') await this.#news?.tell(what, key).catch((error: unknown) => this.#report?.(error));
  }

  /** Runs a script that answers nothing for an unknown session. @param lists further keys */
  #run<T>(script: ScriptName, key: SessionKey, args: (string | number)[], lists: readonly string[] = []) {
    const keys = [...this.#sessionAndSubscriptions(key), ...lists];
    return this.#ofSession(() => this.#of(key).run<T | null>(script, keys, args));
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
    const { initialized, logLevel = '' } = patch;
    const change = [initialized === undefined ? '' : flag(initialized), logLevel, this.#changes];
    const places = [sessionKeyText(key), this.#lists.ttlMs, this.#lists.keptMs, key.principal];
    const args = [...change, this.#minTtlMs, this.#longTtlMs, ...places];
    const { result, listsAreDue } = await this.#lists.together(key, this.#clientOf(key), (lists) =>
      this.#run<[] | [record: string, client: string, subscribed: number]>('updateSession', key, args, lists),
    );
    if (!result) return false;
    if (logLevel !== '') await this.#tell('changed', key);
    else if (initialized === true) this.#known?.initialized(key);
    if (result.length === 0) return true;
    const [packed, client, subscribed] = result;
    this.#stored?.extended(key, client, packed, subscribed);
    if (listsAreDue) await this.#lists.extend(key, client);
    return true;
  }

  override end(key: SessionKey): Promise<boolean> {
    return this.#end(key, false);
  }

  /** Connections of this instance; those of other instances are known by their claims. */
  override hold(key: SessionKey): void {
    this.#holds.add(key);
  }

  override release(key: SessionKey): void {
    this.#holds.remove(key);
  }

  override onEndAnywhere(listener: (key: SessionKey) => void): (() => void) | undefined {
    return this.#news?.onEnd(listener);
  }

  override onExpiry(listener: (key: SessionKey) => void): () => void {
    return this.#expired.add(listener);
  }

  async #end(key: SessionKey, onlyIdle: boolean): Promise<boolean> {
    const channel = this.#keys.wire(this.#keys.signals(key));
    const owned = [this.#keys.logs(key), this.#keys.results(key)];
    const args = [...owned, channel, onlyIdle ? '1' : '0', this.#changes, sessionKeyText(key)];
    const { result, listsAreDue } = await this.#lists.together(key, this.#clientOf(key), (lists) =>
      this.#run<[string, ...string[]]>('endSession', key, args, lists),
    );
    if (!result) return false;
    await this.#tell(onlyIdle ? 'changed' : 'ended', key);
    const [text, ...streams] = result;
    this.#stored?.ended(key, streams);
    if (!listsAreDue) return true;
    const record = this.#unpack(key, [text, null, null]);
    await this.#lists.remove(key, record && clientOf(record));
    return true;
  }

  override async subscribe(key: SessionKey, uri: string): Promise<Subscribed> {
    return (await this.#exists(key)) ? this.#subscriptions.add(key, uri) : 'unknown';
  }

  override unsubscribe(key: SessionKey, uri: string): Promise<boolean> {
    return this.#subscriptions.remove(key, uri);
  }

  override subscriptions(key: SessionKey): Promise<string[]> {
    return this.#subscriptions.of(key);
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

  /** Ends the longest idle session of a list without a connection. @returns whether one was among the first */
  async #makeRoom(list: string): Promise<boolean> {
    for (const key of await this.#lists.oldest(list, MAX_CANDIDATES)) {
      if (this.#holds.has(key) || !(await this.#end(key, true))) continue;
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

  /** Whose share a session counts for, if this instance knows. */
  #clientOf(key: SessionKey): string | undefined {
    return this.#known?.clientOf(key) ?? this.#stored?.clientOf(key);
  }

  /** Sends commands on account of the owner of a session. */
  #of(key: SessionKey): RedisCommands {
    return this.#commands.for(commandOwner(key));
  }

  #sessionAndSubscriptions(key: SessionKey): [session: string, subscriptions: string] {
    return [this.#keys.session(key), this.#keys.subscriptions(key)];
  }
}

const clientOf = ({ client, principal }: SessionRecord): string => client ?? principal;
