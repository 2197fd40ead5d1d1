import type { SessionKey, SessionPatch, SessionRecord } from './session-record.js';
import { knownAcrossCopies } from '../packages/known-across-copies.js';

/**
 * Selects the sessions that `SessionStore.sessions()` yields. Without one it selects all sessions.
 *
 * @publicApi
 */
export interface SessionFilter {
  /** Only sessions of this principal, given as its `principalId()`. */
  readonly principal?: string;
}

/**
 * Stores the legacy sessions. It is an abstract class so that it can serve as its own injection token.
 *
 * Contract, checked by `sessionStoreContract()` of `nestjs-mcp-fleet/testing`:
 * - A session exists from `create` until `end`, or until it has not been loaded for `idleTtlMs`. From then on every
 *   method treats it as unknown, and nothing resurrects it.
 * - A key whose principal is not the owner is unknown to every method.
 * - Any instance may call any method for any session at any time. Each call is atomic.
 * - A method rejects only if the backend is unavailable. An unknown session is a result (`undefined`, `false`), not an
 *   error.
 *
 * @example
 * ```ts
 * McpModule.forRoot({
 *   name: 'weather',
 *   version: '1.0.0',
 *   providers: [{ provide: SessionStore, useClass: MySessionStore }],
 * });
 * ```
 * @publicApi
 */
export abstract class SessionStore {
  static {
    knownAcrossCopies(this, 'SessionStore');
  }

  /**
   * Creates a session. It is called once per key, because session ids never repeat. The store keeps a copy of the
   * record, so that later changes by the caller have no effect.
   *
   * A store that is full, or holds the share of the record's client, first ends the longest idle session that `hold` does
   * not protect: of this client if it has its share, and of any otherwise.
   *
   * @throws {SessionLimitError} if there is no room for another session, in total or in the share of the client
   * @throws {StorageLimitError} if there is no room for its bytes
   */
  abstract create(record: SessionRecord): Promise<void>;

  /**
   * Reads a session and restarts its idle TTL. A store may answer for a moment with what this instance has read before,
   * as long as it hears of the ends and changes of sessions.
   */
  abstract load(key: SessionKey): Promise<SessionRecord | undefined>;

  /** Reads a session without restarting its idle TTL, because the server's own work must not keep a session alive. */
  abstract peek(key: SessionKey): Promise<SessionRecord | undefined>;

  /**
   * Like `peek`, but a store may answer for a moment with what this instance has read before, as `load` may. It is asked
   * about a session that the server sends a message to. Default: `peek`.
   */
  peekRecent(key: SessionKey): Promise<SessionRecord | undefined> {
    return this.peek(key);
  }

  /**
   * Changes the fields in the patch. A session that becomes initialized is in use: this restarts its idle TTL.
   *
   * @returns whether the session exists
   */
  abstract update(key: SessionKey, patch: SessionPatch): Promise<boolean>;

  /**
   * Ends a session and everything it owns: its subscriptions, and its streams in the `EventLog`, which notifies their
   * open readers. If several calls happen at the same time, only one of them returns true.
   *
   * @returns whether the session existed
   */
  abstract end(key: SessionKey): Promise<boolean>;

  /**
   * Subscribes a session to a resource.
   *
   * @returns `unknown` if the session does not exist, `limit` if it has reached the maximum number of subscriptions
   */
  abstract subscribe(key: SessionKey, uri: string): Promise<'subscribed' | 'unknown' | 'limit'>;

  /**
   * Cancels a subscription. It is not an error if there is no such subscription.
   *
   * @returns whether the session exists
   */
  abstract unsubscribe(key: SessionKey, uri: string): Promise<boolean>;

  /** The URIs the session is subscribed to. */
  abstract subscriptions(key: SessionKey): Promise<string[]>;

  /**
   * Finds the key of a session by its id. It is for the application's own code and must never serve a client's request.
   */
  abstract find(id: string): Promise<SessionKey | undefined>;

  /**
   * Called when a connection of the session opens. Until each of them has been closed, see {@link release}, a full store
   * must not end the session to make room for another one. A store that never does so needs no method of its own.
   */
  hold(_key: SessionKey): void {}

  /** Called when a connection of the session has closed: once for each call of {@link hold}, also if it has ended since. */
  release(_key: SessionKey): void {}

  /**
   * Calls the listener, on every instance that listens, soon after `end` has ended a session on any of them; not for one
   * that has expired or has made room. A store that cannot tell needs no method of its own: the server then tells its
   * instances itself.
   *
   * @returns a function that removes the listener, or `undefined` if the store cannot tell
   */
  onEndAnywhere(_listener: (key: SessionKey) => void): (() => void) | undefined {
    return undefined;
  }

  /**
   * Calls the listener for each session that has expired, or was ended to make room for another one: once, on one of
   * the instances, and possibly some time later. A store that cannot tell needs no method of its own.
   *
   * @returns a function that removes the listener
   */
  onExpiry(_listener: (key: SessionKey) => void): () => void {
    return () => {};
  }

  /** How many sessions there are, about. Default: as many as `sessions()` yields. */
  async count(): Promise<number> {
    let count = 0;
    for await (const _ of this.sessions()) count++;
    return count;
  }

  /**
   * Iterates over the live sessions, each once. It may or may not include sessions that begin or end during the
   * iteration. It does not restart the TTL of any session.
   */
  abstract sessions(filter?: SessionFilter): AsyncIterable<SessionKey>;
}

/**
 * The session store is full, or one client has its share of it. The response to `initialize` is 503 or 429, with
 * `Retry-After`.
 *
 * @publicApi
 */
export class SessionLimitError extends Error {
  static {
    knownAcrossCopies(this, 'SessionLimitError');
  }

  override readonly name = 'SessionLimitError';

  /**
   * @param limit the maximum number of sessions
   * @param whose `share` when the limit is that of one client. Default: `total`
   */
  constructor(
    readonly limit: number,
    readonly whose: 'share' | 'total' = 'total',
  ) {
    super(`The session store has reached its limit of ${limit} sessions${whose === 'share' ? ' of one client' : ''}.`);
  }

  /** The HTTP status. */
  get status(): 503 | 429 {
    return this.whose === 'share' ? 429 : 503;
  }
}
