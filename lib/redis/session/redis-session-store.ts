import type { SessionKey, SessionPatch, SessionRecord } from '../../session/session-record.js';
import { type SessionFilter, SessionLimitError, SessionStore } from '../../session/session-store.js';
import type { RedisKeys } from '../keys.js';
import type { RedisCommands } from '../connection/redis-commands.js';
import { flag, packPatch, packRecord, type SessionFields, unpack } from './session-fields.js';
import { SessionLists } from './session-lists.js';

export interface RedisSessionStoreOptions {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  /** A session ends when it was not loaded for this long; up to a twentieth later. */
  readonly idleTtlMs: number;
  /** Of all instances together. */
  readonly maxSessions: number;
  /** Resources one session may be subscribed to (1000). */
  readonly maxSubscriptions?: number;
  /** Told of a record that cannot be read (S13). */
  readonly report?: (error: unknown) => void;
}

/** The sessions of a fleet. Redis expires them by its own clock; a session that expires is gone without a sound. */
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
    // Longer than promised by what lies between two writes of it, and the lists longer still: they must not name too few.
    this.#longTtlMs = Math.ceil(idleTtlMs * 1.05);
    this.#lists = new SessionLists(commands, keys, Math.ceil(idleTtlMs * 1.15));
    this.#maxSessions = maxSessions;
    this.#maxSubscriptions = maxSubscriptions;
    this.#report = report;
  }

  override async create(record: SessionRecord): Promise<void> {
    if (!(await this.#lists.admit(record, this.#maxSessions))) throw new SessionLimitError(this.#maxSessions);
    await this.#lists.name(record);
    const fields = [packRecord(record), flag(record.initialized), record.logLevel ?? '', this.#longTtlMs];
    if ((await this.#commands.run<number>('createSession', [this.#keys.session(record)], fields)) !== 1) {
      throw new Error('A session of this key exists; session ids must never repeat.');
    }
  }

  override async load(key: SessionKey): Promise<SessionRecord | undefined> {
    const ttls = [this.#idleTtlMs, this.#longTtlMs];
    const fields = await this.#commands.run<[...SessionFields, slid: number] | null>(
      'loadSession',
      this.#both(key),
      ttls,
    );
    if (fields === null) return undefined;
    if (fields[3] === 1) await this.#lists.keep(key, await this.subscriptions(key));
    return this.#unpack(key, [fields[0], fields[1], fields[2]]);
  }

  override async peek(key: SessionKey): Promise<SessionRecord | undefined> {
    return this.#unpack(key, await this.#commands.send<SessionFields>('hmget', this.#keys.session(key), 'r', 'i', 'l'));
  }

  override async update(key: SessionKey, patch: SessionPatch): Promise<boolean> {
    return (await this.#commands.run<number>('updateSession', [this.#keys.session(key)], packPatch(patch))) === 1;
  }

  override async end(key: SessionKey): Promise<boolean> {
    const { logs, results, channel } = {
      logs: this.#keys.logs(key),
      results: this.#keys.results(key),
      channel: this.#keys.wire(this.#keys.signals(key)),
    };
    const uris = await this.#commands.run<string[] | null>('endSession', this.#both(key), [logs, results, channel]);
    if (uris === null) return false;
    await this.#lists.strike(key, uris);
    return true;
  }

  override async subscribe(key: SessionKey, uri: string): Promise<'subscribed' | 'unknown' | 'limit'> {
    // On the list first: an instance that dies in between must leave a session listed too often, not too seldom.
    if (!(await this.#exists(key))) return 'unknown';
    await this.#lists.subscribed(key, uri);
    return this.#commands.run('subscribe', this.#both(key), [uri, this.#maxSubscriptions]);
  }

  /** Stays on the list until it expires there: striking it could strike a subscription made at the same time. */
  override async unsubscribe(key: SessionKey, uri: string): Promise<boolean> {
    return (await this.#commands.run<number>('unsubscribe', this.#both(key), [uri])) === 1;
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
      const live = await Promise.all(candidates.map((key) => this.#isLive(key, uri)));
      for (const [i, key] of candidates.entries()) if (live[i]) yield key;
    }
  }

  #unpack(key: SessionKey, fields: SessionFields): SessionRecord | undefined {
    const record = unpack(key, fields);
    if (!record && fields[0] !== null)
      this.#report?.(new Error('The record of a session in Redis is corrupt; the session is taken for unknown.'));
    return record;
  }

  async #isLive(key: SessionKey, uri: string | undefined): Promise<boolean> {
    const [exists, subscribed] = await Promise.all([
      this.#exists(key),
      uri === undefined ? 1 : this.#commands.send<number>('sismember', this.#keys.subscriptions(key), uri),
    ]);
    return exists && subscribed === 1;
  }

  async #exists(key: SessionKey): Promise<boolean> {
    return (await this.#commands.send<number>('exists', this.#keys.session(key))) === 1;
  }

  #both(key: SessionKey): [session: string, subscriptions: string] {
    return [this.#keys.session(key), this.#keys.subscriptions(key)];
  }
}
