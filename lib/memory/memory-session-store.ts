import { firstTtlMs } from '../session/first-ttl.js';
import { sessionKeyText } from '../session/session-key.js';
import type { SessionKey, SessionPatch, SessionRecord } from '../session/session-record.js';
import type { StoredBytes } from '../limits/stored-bytes.js';
import { StorageLimitError } from '../session/storage-limit.js';
import { type SessionFilter, SessionLimitError, SessionStore } from '../session/session-store.js';
import { type Clock, steadyClock } from './clock.js';
import { frozenClone } from './frozen-copy.js';
import { IdleOrder, type Place } from './idle-order.js';
import type { SessionRegistry } from './session-registry.js';
import { SetIndex } from './set-index.js';
import { sweepEvery, sweepPeriodMs } from './sweep.js';

/** The options of `MemorySessionStore`. */
export interface MemorySessionStoreOptions {
  /** How long a session exists without a `load`, in ms. Default: 1 h. */
  readonly idleTtlMs?: number;
  /** Maximum number of sessions. Default: 10 000. */
  readonly maxSessions?: number;
  /** Maximum number of sessions of one client: a principal, or an address of anonymous ones. Default: `maxSessions`. */
  readonly maxSessionsPerClient?: number;
  /** Maximum number of resources a session may be subscribed to. Default: 1000. */
  readonly maxSubscriptions?: number;
  /** Default: a clock that never jumps. */
  readonly clock?: Clock;
  /** Where the bytes of sessions are counted. Default: nowhere. @internal */
  readonly stored?: StoredBytes;
}

/** A stored session. */
interface SessionEntry {
  record: SessionRecord;
  expiresAt: number;
  /** What it is subscribed to. Absent until the first subscription, which most sessions never make. */
  uris: Set<string> | undefined;
  readonly client: string;
  /** `undefined` once it has ended. */
  place: Place<SessionEntry> | undefined;
  bytes: number;
  /** Open connections: a session that has any does not give way to another one. */
  holds: number;
}

/** About what a session costs beside its record, bytes. */
const SESSION_BYTES = 1024;

/** Sessions that are considered when one has to give way. */
const MAX_CANDIDATES = 1000;

/**
 * A session store in memory, for a single process. It is the default without Redis.
 *
 * @publicApi
 */
export class MemorySessionStore extends SessionStore implements SessionRegistry {
  /** By `sessionKeyText`. */
  readonly #entries = new Map<string, SessionEntry>();
  /** `load` moves a session to the end, so expired ones come first. */
  readonly #idle = new IdleOrder<SessionEntry>();
  readonly #byId = new SetIndex<SessionEntry>();
  readonly #byPrincipal = new SetIndex<SessionEntry>();
  readonly #endListeners = new Set<(key: SessionKey) => void>();
  readonly #expiryListeners = new Set<(key: SessionKey) => void>();
  /** Of `onEndAnywhere`. */
  readonly #endedListeners = new Set<(key: SessionKey) => void>();
  readonly #stopSweep: () => void;
  readonly #idleTtlMs: number;
  readonly #maxSessions: number;
  readonly #maxSessionsPerClient: number;
  readonly #stored: StoredBytes | undefined;
  readonly #maxSubscriptions: number;
  readonly #now: Clock;

  constructor(options: MemorySessionStoreOptions = {}) {
    super();
    this.#idleTtlMs = options.idleTtlMs ?? 3_600_000;
    this.#maxSessions = options.maxSessions ?? 10_000;
    this.#maxSessionsPerClient = options.maxSessionsPerClient ?? this.#maxSessions;
    this.#stored = options.stored;
    this.#maxSubscriptions = options.maxSubscriptions ?? 1000;
    this.#now = options.clock ?? steadyClock;
    this.#stopSweep = sweepEvery(sweepPeriodMs(this.#idleTtlMs), () => this.#sweep());
  }

  /** The current contents. All values are zero once every session has ended. */
  get sizes(): { sessions: number; ids: number; principals: number } {
    return {
      sessions: this.#entries.size,
      ids: this.#byId.size,
      principals: this.#byPrincipal.size,
    };
  }

  async create(record: SessionRecord): Promise<void> {
    this.#sweep();
    const client = record.client ?? record.principal;
    this.#admit(client);
    const text = sessionKeyText(record);
    if (this.#entries.has(text)) throw new Error('A session with this key already exists; session ids must be unique.');
    const bytes = SESSION_BYTES + JSON.stringify(record).length;
    const refusal = this.#stored?.take(client, bytes);
    if (refusal) throw new StorageLimitError(refusal);
    // An immutable copy: the caller may modify its own record, and every `load` returns this one.
    const entry: SessionEntry = {
      record: frozenClone(record),
      expiresAt: this.#now() + firstTtlMs(record, this.#idleTtlMs),
      uris: undefined,
      client,
      place: undefined,
      bytes,
      holds: 0,
    };
    entry.place = this.#idle.add(client, entry);
    this.#entries.set(text, entry);
    this.#byId.add(record.id, entry);
    this.#byPrincipal.add(record.principal, entry);
  }

  async load(key: SessionKey): Promise<SessionRecord | undefined> {
    const entry = this.#entry(key);
    if (entry === undefined) return undefined;
    this.#use(entry);
    return entry.record;
  }

  async peek(key: SessionKey): Promise<SessionRecord | undefined> {
    return this.#entry(key)?.record;
  }

  async update(key: SessionKey, patch: SessionPatch): Promise<boolean> {
    const entry = this.#entry(key);
    if (entry === undefined) return false;
    if (patch.initialized === true && !entry.record.initialized) this.#use(entry);
    entry.record = Object.freeze({ ...entry.record, ...patch });
    return true;
  }

  async end(key: SessionKey): Promise<boolean> {
    const entry = this.#entry(key);
    if (entry === undefined) return false;
    this.#remove(entry);
    for (const listener of this.#endedListeners) listener(keyOf(entry));
    return true;
  }

  async subscribe(key: SessionKey, uri: string): Promise<'subscribed' | 'unknown' | 'limit'> {
    const entry = this.#entry(key);
    if (entry === undefined) return 'unknown';
    const uris = (entry.uris ??= new Set());
    if (uris.has(uri)) return 'subscribed';
    if (uris.size >= this.#maxSubscriptions || this.#stored?.take(entry.client, uri.length)) return 'limit';
    uris.add(uri);
    entry.bytes += uri.length;
    return 'subscribed';
  }

  async unsubscribe(key: SessionKey, uri: string): Promise<boolean> {
    const entry = this.#entry(key);
    if (entry?.uris?.delete(uri)) {
      entry.bytes -= uri.length;
      this.#stored?.change(entry.client, -uri.length);
    }
    return entry !== undefined;
  }

  async subscriptions(key: SessionKey): Promise<string[]> {
    return [...(this.#entry(key)?.uris ?? [])];
  }

  async find(id: string): Promise<SessionKey | undefined> {
    for (const entry of this.#byId.get(id)) {
      if (this.#isLive(entry)) return keyOf(entry);
    }
    return undefined;
  }

  async *sessions({ principal }: SessionFilter = {}): AsyncGenerator<SessionKey> {
    const candidates = principal === undefined ? this.#entries.values() : this.#byPrincipal.get(principal);
    // A copy: sessions come and go during the iteration.
    for (const entry of Array.from(candidates)) {
      if (this.#isLive(entry)) yield keyOf(entry);
    }
  }

  override async count(): Promise<number> {
    this.#sweep();
    return this.#entries.size;
  }

  has(key: SessionKey): boolean {
    return this.#entry(key) !== undefined;
  }

  clientOf(key: SessionKey): string | undefined {
    return this.#entry(key)?.client;
  }

  onEnd(listener: (key: SessionKey) => void): () => void {
    this.#endListeners.add(listener);
    return () => this.#endListeners.delete(listener);
  }

  override onEndAnywhere(listener: (key: SessionKey) => void): () => void {
    this.#endedListeners.add(listener);
    return () => this.#endedListeners.delete(listener);
  }

  override onExpiry(listener: (key: SessionKey) => void): () => void {
    this.#expiryListeners.add(listener);
    return () => this.#expiryListeners.delete(listener);
  }

  override hold(key: SessionKey): void {
    const entry = this.#entry(key);
    if (entry) entry.holds++;
  }

  override release(key: SessionKey): void {
    const entry = this.#entry(key);
    if (entry) entry.holds--;
  }

  /** Stops the sweep. It does not end any session, because the caller decides what the open streams receive. */
  close(): void {
    this.#stopSweep();
  }

  /** A share that is all of them is no share. */
  get #whoseShare(): 'share' | 'total' {
    return this.#maxSessionsPerClient < this.#maxSessions ? 'share' : 'total';
  }

  /** Lets another session make room if there is no place for one more. */
  #admit(client: string): void {
    if (this.#idle.count(client) >= this.#maxSessionsPerClient && !this.#makeRoom(client))
      throw new SessionLimitError(this.#maxSessionsPerClient, this.#whoseShare);
    if (this.#entries.size >= this.#maxSessions && !this.#makeRoom()) throw new SessionLimitError(this.#maxSessions);
  }

  /** Ends the longest idle session without an open connection. @returns whether there was one among the first */
  #makeRoom(client?: string): boolean {
    const entry = this.#idle.find(client, ({ holds }) => holds === 0, MAX_CANDIDATES);
    if (entry) this.#expire(entry);
    return entry !== undefined;
  }

  /** Restarts the idle TTL. The session that was used last is the last to make room for another one. */
  #use(entry: SessionEntry): void {
    entry.expiresAt = this.#now() + this.#idleTtlMs;
    if (entry.place) this.#idle.use(entry.place);
  }

  #entry(key: SessionKey): SessionEntry | undefined {
    const entry = this.#entries.get(sessionKeyText(key));
    return entry !== undefined && this.#isLive(entry) ? entry : undefined;
  }

  /** Whether the session is live. Removes it if it has expired. */
  #isLive(entry: SessionEntry): boolean {
    if (entry.place === undefined) return false;
    if (entry.expiresAt > this.#now()) return true;
    this.#expire(entry);
    return false;
  }

  #sweep(): void {
    let longestIdle = this.#idle.first;
    while (longestIdle && !this.#isLive(longestIdle)) longestIdle = this.#idle.first;
  }

  #expire(entry: SessionEntry): void {
    this.#remove(entry);
    for (const listener of this.#expiryListeners) listener(keyOf(entry));
  }

  #remove(entry: SessionEntry): void {
    const key = keyOf(entry);
    this.#entries.delete(sessionKeyText(key));
    this.#byId.delete(key.id, entry);
    this.#byPrincipal.delete(key.principal, entry);
    if (entry.place) this.#idle.remove(entry.place);
    entry.place = undefined;
    this.#stored?.change(entry.client, -entry.bytes);
    for (const listener of this.#endListeners) listener(key);
  }
}

const keyOf = ({ record }: SessionEntry): SessionKey => ({ principal: record.principal, id: record.id });
