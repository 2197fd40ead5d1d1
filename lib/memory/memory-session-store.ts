import { sessionKeyText } from '../session/session-key.js';
import type { SessionKey, SessionPatch, SessionRecord } from '../session/session-record.js';
import { type SessionFilter, SessionLimitError, SessionStore } from '../session/session-store.js';
import { type Clock, steadyClock } from './clock.js';
import type { LiveSessions } from './live-sessions.js';
import { SetIndex } from './set-index.js';
import { sweepEvery, sweepPeriodMs } from './sweep.js';

export interface MemorySessionStoreOptions {
  /** A session ends when it was not loaded for this long (3 600 000). */
  readonly idleTtlMs?: number;
  /** (10 000) */
  readonly maxSessions?: number;
  /** Resources one session may be subscribed to (1000). */
  readonly maxSubscriptions?: number;
  readonly clock?: Clock;
}

/** One session as it lies here. */
interface Resident {
  record: SessionRecord;
  expiresAt: number;
  readonly uris: Set<string>;
}

/** The sessions of one process. */
export class MemorySessionStore extends SessionStore implements LiveSessions {
  /** By `sessionKeyText`, the longest untouched first: `load` moves to the end, so expired ones are always in front. */
  readonly #residents = new Map<string, Resident>();
  readonly #byId = new SetIndex<Resident>();
  readonly #byPrincipal = new SetIndex<Resident>();
  readonly #byUri = new SetIndex<Resident>();
  readonly #endListeners = new Set<(key: SessionKey) => void>();
  readonly #stopSweep: () => void;
  readonly #idleTtlMs: number;
  readonly #maxSessions: number;
  readonly #maxSubscriptions: number;
  readonly #now: Clock;

  constructor(options: MemorySessionStoreOptions = {}) {
    super();
    this.#idleTtlMs = options.idleTtlMs ?? 3_600_000;
    this.#maxSessions = options.maxSessions ?? 10_000;
    this.#maxSubscriptions = options.maxSubscriptions ?? 1000;
    this.#now = options.clock ?? steadyClock;
    this.#stopSweep = sweepEvery(sweepPeriodMs(this.#idleTtlMs), () => this.#sweep());
  }

  /** What is held right now; all zero once every session is over. */
  get sizes(): { sessions: number; ids: number; principals: number; uris: number } {
    return {
      sessions: this.#residents.size,
      ids: this.#byId.size,
      principals: this.#byPrincipal.size,
      uris: this.#byUri.size,
    };
  }

  async create(record: SessionRecord): Promise<void> {
    this.#sweep();
    if (this.#residents.size >= this.#maxSessions) throw new SessionLimitError(this.#maxSessions);
    const text = sessionKeyText(record);
    if (this.#residents.has(text)) throw new Error('A session of this key exists; session ids must never repeat.');
    // A copy nobody can alter: the caller keeps its record, and each `load` hands out this one.
    const resident = {
      record: deepFreeze(structuredClone(record)),
      expiresAt: this.#expiry(),
      uris: new Set<string>(),
    };
    this.#residents.set(text, resident);
    this.#byId.add(record.id, resident);
    this.#byPrincipal.add(record.principal, resident);
  }

  async load(key: SessionKey): Promise<SessionRecord | undefined> {
    const resident = this.#resident(key);
    if (resident === undefined) return undefined;
    resident.expiresAt = this.#expiry();
    const text = sessionKeyText(key);
    this.#residents.delete(text);
    this.#residents.set(text, resident);
    return resident.record;
  }

  async peek(key: SessionKey): Promise<SessionRecord | undefined> {
    return this.#resident(key)?.record;
  }

  async update(key: SessionKey, patch: SessionPatch): Promise<boolean> {
    const resident = this.#resident(key);
    if (resident !== undefined) resident.record = Object.freeze({ ...resident.record, ...patch });
    return resident !== undefined;
  }

  async end(key: SessionKey): Promise<boolean> {
    const resident = this.#resident(key);
    if (resident !== undefined) this.#remove(resident);
    return resident !== undefined;
  }

  async subscribe(key: SessionKey, uri: string): Promise<'subscribed' | 'unknown' | 'limit'> {
    const resident = this.#resident(key);
    if (resident === undefined) return 'unknown';
    if (!resident.uris.has(uri) && resident.uris.size >= this.#maxSubscriptions) return 'limit';
    resident.uris.add(uri);
    this.#byUri.add(uri, resident);
    return 'subscribed';
  }

  async unsubscribe(key: SessionKey, uri: string): Promise<boolean> {
    const resident = this.#resident(key);
    if (resident?.uris.delete(uri)) this.#byUri.delete(uri, resident);
    return resident !== undefined;
  }

  async subscriptions(key: SessionKey): Promise<string[]> {
    return [...(this.#resident(key)?.uris ?? [])];
  }

  async find(id: string): Promise<SessionKey | undefined> {
    for (const resident of this.#byId.get(id) ?? []) {
      if (this.#isLive(resident)) return keyOf(resident);
    }
    return undefined;
  }

  async *sessions({ principal, uri }: SessionFilter = {}): AsyncGenerator<SessionKey> {
    const candidates =
      uri !== undefined
        ? this.#byUri.get(uri)
        : principal !== undefined
          ? this.#byPrincipal.get(principal)
          : this.#residents.values();
    // A copy: every `load` meanwhile moves its session to the end, and a walk over the map itself would meet it again.
    for (const resident of Array.from(candidates ?? [])) {
      const fits = principal === undefined || resident.record.principal === principal;
      if (fits && this.#isLive(resident) && (uri === undefined || resident.uris.has(uri))) yield keyOf(resident);
    }
  }

  has(key: SessionKey): boolean {
    return this.#resident(key) !== undefined;
  }

  onEnd(listener: (key: SessionKey) => void): () => void {
    this.#endListeners.add(listener);
    return () => this.#endListeners.delete(listener);
  }

  /** Stops the sweep. Ends no session: whoever closes the store decides what its streams are told. */
  close(): void {
    this.#stopSweep();
  }

  #expiry(): number {
    return this.#now() + this.#idleTtlMs;
  }

  #resident(key: SessionKey): Resident | undefined {
    const resident = this.#residents.get(sessionKeyText(key));
    return resident !== undefined && this.#isLive(resident) ? resident : undefined;
  }

  /** Removes what has expired, whoever comes across it first. */
  #isLive(resident: Resident): boolean {
    const live = this.#residents.get(sessionKeyText(resident.record)) === resident;
    if (!live || resident.expiresAt > this.#now()) return live;
    this.#remove(resident);
    return false;
  }

  #sweep(): void {
    for (const resident of this.#residents.values()) {
      if (this.#isLive(resident)) return;
    }
  }

  #remove(resident: Resident): void {
    const key = keyOf(resident);
    this.#residents.delete(sessionKeyText(key));
    this.#byId.delete(key.id, resident);
    this.#byPrincipal.delete(key.principal, resident);
    for (const uri of resident.uris) this.#byUri.delete(uri, resident);
    for (const listener of this.#endListeners) listener(key);
  }
}

const keyOf = ({ record }: Resident): SessionKey => ({ principal: record.principal, id: record.id });

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}
