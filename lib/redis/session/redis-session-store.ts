import type { SessionKey, SessionPatch, SessionRecord } from '../../session/session-record.js';
import { type SessionFilter, SessionLimitError, SessionStore } from '../../session/session-store.js';
import type { RedisKeys } from '../keys.js';
import type { RedisCommands } from '../connection/redis-commands.js';
import { flag, packPatch, packRecord, type SessionFields, unpack } from './session-fields.js';
import { SessionLists } from './session-lists.js';

export interface RedisSessionStoreOptions {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  /** A session ends when it was not loaded for this time, or up to a twentieth later, ms. */
  readonly idleTtlMs: number;
  /** Maximum number of sessions of all instances together. */
  readonly maxSessions: number;
  /** Maximum number of resources one session may be subscribed to (1000). */
  readonly maxSubscriptions?: number;
  /** Receives an error for each record that cannot be read (S13). */
  readonly report?: (error: unknown) => void;
}

/** The sessions of a fleet. Redis expires them by its own clock, and publishes no signal when it does. */
export class RedisSessionStore extends SessionStore {
  readonly #commands: RedisCommands;
  readonly #keys: RedisKeys;
  readonly #lists: SessionLists;
  readonly #idleTtlMs: number;
  readonly #longTtlMs: number;
  readonly #maxSessions: number;
  readonly #maxSubscriptions: number;
  readonly #report: ((error: unknown) => void) | undefined;

  constructor(options: RedisSessionStoreOptions) {
    const { commands, keys, idleTtlMs, maxSessions, maxSubscriptions = 1000, report } = options;
    super();
    this.#commands = commands;
    this.#keys = keys;
    this.#idleTtlMs = idleTtlMs;
    // A session lives longer than promised by the time between two writes of its TTL, and its list entries live longer
    // still, because a list must not lack a session that exists.
    this.#longTtlMs = Math.ceil(idleTtlMs * 1.05);
    this.#lists = new SessionLists(commands, keys, Math.ceil(idleTtlMs * 1.15));
    this.#maxSessions = maxSessions;
    this.#maxSubscriptions = maxSubscriptions;
    this.#report = report;
  }

  override async create(record: SessionRecord): Promise<void> {
    if (!(await this.#lists.admit(record, this.#maxSessions))) throw new SessionLimitError(this.#maxSessions);
    await this.#lists.add(record);
    const fields = [packRecord(record), flag(record.initialized), record.logLevel ?? '', this.#longTtlMs];
    if ((await this.#commands.run<number>('createSession', [this.#keys.session(record)], fields)) !== 1) {
      throw new Error('A session with this key already exists; session ids must never repeat.');
    }
  }

  override async load(key: SessionKey): Promise<SessionRecord | undefined> {
    const ttls = [this.#idleTtlMs, this.#longTtlMs];
    const fields = await this.#commands.run<[...SessionFields, extended: number] | null>(
      'loadSession',
      this.#sessionAndSubscriptions(key),
      ttls,
    );
    if (fields === null) return undefined;
    if (fields[3] === 1) await this.#lists.extend(key, await this.subscriptions(key));
    return this.#unpack(key, [fields[0], fields[1], fields[2]]);
  }

  override async peek(key: SessionKey): Promise<SessionRecord | undefined> {
    return this.#unpack(key, await this.#commands.send<SessionFields>('hmget', this.#keys.session(key), 'r', 'i', 'l'));
  }

  override async update(key: SessionKey, patch: SessionPatch): Promise<boolean> {
    return (await this.#commands.run<number>('updateSession', [this.#keys.session(key)], packPatch(patch))) === 1;
  }

  override async end(key: SessionKey): Promise<boolean> {
    const channel = this.#keys.wire(this.#keys.signals(key));
    const args = [this.#keys.logs(key), this.#keys.results(key), channel];
    const uris = await this.#commands.run<string[] | null>('endSession', this.#sessionAndSubscriptions(key), args);
    if (uris === null) return false;
    await this.#lists.remove(key, uris);
    return true;
  }

  override async subscribe(key: SessionKey, uri: string): Promise<'subscribed' | 'unknown' | 'limit'> {
    // Listed first: if the instance dies in between, a superfluous list entry does no harm, but a missing one would.
    if (!(await this.#exists(key))) return 'unknown';
    await this.#lists.addSubscriber(key, uri);
    return this.#commands.run('subscribe', this.#sessionAndSubscriptions(key), [uri, this.#maxSubscriptions]);
  }

  /** Leaves the list entry to expire: removing it could remove that of a concurrent subscription. */
  override async unsubscribe(key: SessionKey, uri: string): Promise<boolean> {
    return (await this.#commands.run<number>('unsubscribe', this.#sessionAndSubscriptions(key), [uri])) === 1;
  }

  override subscriptions(key: SessionKey): Promise<string[]> {
    return this.#commands.send('smembers', this.#keys.subscriptions(key));
  }

  override async find(id: string): Promise<SessionKey | undefined> {
    const principal = await this.#lists.owner(id);
    if (principal === undefined) return undefined;
    return (await this.#exists({ principal, id })) ? { principal, id } : undefined;
  }

  override async *sessions({ principal, uri }: SessionFilter = {}): AsyncGenerator<SessionKey> {
    const list =
      uri !== undefined
        ? this.#keys.subscribersOf(uri)
        : principal !== undefined
          ? this.#keys.sessionsOf(principal)
          : this.#keys.allSessions;
    for await (const page of this.#lists.walk(list)) {
      const candidates = page.filter((key) => principal === undefined || key.principal === principal);
      const matches = await Promise.all(candidates.map((key) => this.#matches(key, uri)));
      for (const [i, key] of candidates.entries()) if (matches[i]) yield key;
    }
  }

  #unpack(key: SessionKey, fields: SessionFields): SessionRecord | undefined {
    const record = unpack(key, fields);
    if (!record && fields[0] !== null)
      this.#report?.(new Error('The record of a session in Redis is corrupt; the session is treated as unknown.'));
    return record;
  }

  /** Whether the session exists and, if a URI is given, is subscribed to it. */
  async #matches(key: SessionKey, uri: string | undefined): Promise<boolean> {
    const [exists, subscribed] = await Promise.all([
      this.#exists(key),
      uri === undefined ? 1 : this.#commands.send<number>('sismember', this.#keys.subscriptions(key), uri),
    ]);
    return exists && subscribed === 1;
  }

  async #exists(key: SessionKey): Promise<boolean> {
    return (await this.#commands.send<number>('exists', this.#keys.session(key))) === 1;
  }

  #sessionAndSubscriptions(key: SessionKey): [session: string, subscriptions: string] {
    return [this.#keys.session(key), this.#keys.subscriptions(key)];
  }
}
