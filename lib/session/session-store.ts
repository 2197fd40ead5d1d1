import type { SessionKey, SessionPatch, SessionRecord } from './session-record.js';

/** Which sessions `SessionStore.sessions()` walks; no field set = all of them. */
export interface SessionFilter {
  /** Only those of this principal (`principalId()`). */
  readonly principal?: string;
  /** Only those subscribed to this resource URI. */
  readonly uri?: string;
}

/**
 * Where the legacy sessions live. An abstract class, so that it is its own injection token:
 * `{ provide: SessionStore, useClass: MyStore }` replaces it.
 *
 * Contract, checked by `sessionStoreContract()` of `nestjs-mcp-fleet/testing`:
 * - A session exists from `create` until `end` or until `idleTtlMs` without a `load`. Then every method treats it
 *   as unknown; nothing resurrects it.
 * - A key whose principal differs from the owner's is unknown, in every method.
 * - Any instance may call any method for any session at any time; each call is atomic.
 * - A method rejects only when the backend is away; "unknown" is an answer (`undefined`, `false`), not an error.
 */
export abstract class SessionStore {
  /**
   * Called once per key: session ids never repeat. The record is copied, what the caller does to it later is its own.
   * @throws {SessionLimitError} when the store holds as many sessions as it may.
   */
  abstract create(record: SessionRecord): Promise<void>;

  /** Reads a session and slides its idle TTL. */
  abstract load(key: SessionKey): Promise<SessionRecord | undefined>;

  /** Reads a session without sliding its TTL: what the server does by itself must not keep a session alive. */
  abstract peek(key: SessionKey): Promise<SessionRecord | undefined>;

  /** @returns whether the session exists. */
  abstract update(key: SessionKey, patch: SessionPatch): Promise<boolean>;

  /**
   * Ends a session with everything it owns: subscriptions here, streams in the `EventLog`, whose open readers are told.
   * Of several calls at the same time one returns true. @returns whether it existed.
   */
  abstract end(key: SessionKey): Promise<boolean>;

  /** @returns `unknown` for a session that is not there, `limit` when it has as many subscriptions as it may. */
  abstract subscribe(key: SessionKey, uri: string): Promise<'subscribed' | 'unknown' | 'limit'>;

  /** @returns whether the session exists; unsubscribing from what was never subscribed is fine. */
  abstract unsubscribe(key: SessionKey, uri: string): Promise<boolean>;

  /** The URIs the session is subscribed to. */
  abstract subscriptions(key: SessionKey): Promise<string[]>;

  /** Finds the owner's key of a session id, for code of the application itself; never for a client's request. */
  abstract find(id: string): Promise<SessionKey | undefined>;

  /**
   * Called while a connection of the session is open: until the returned function is called, a full store must not end
   * the session to make room for another one. A store that never does so needs no method of its own.
   */
  hold(_key: SessionKey): () => void {
    return () => {};
  }

  /** Walks live sessions, each once. Sessions that begin or end meanwhile may or may not be seen. Does not slide any TTL. */
  abstract sessions(filter?: SessionFilter): AsyncIterable<SessionKey>;
}

/** The store is full; the transport answers 503 with `Retry-After`. */
export class SessionLimitError extends Error {
  override readonly name = 'SessionLimitError';
  constructor(readonly limit: number) {
    super(`The session store holds its limit of ${limit} sessions.`);
  }
}
