import type { RedisCommands } from '../connection/redis-commands.js';
import type { RedisKeys } from '../keys.js';
import type { StoredLedger } from '../stored/stored-ledger.js';
import type { NewsBroker } from './session-news.js';

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
  /**
   * Tells this instance of the ends and changes of sessions, so that it may know them for a moment. Without one, each
   * `load` reads Redis.
   */
  readonly broker?: NewsBroker;
  /** How long a session is known at most, ms (3333); never longer than a fortieth of `idleTtlMs`. */
  readonly knownMs?: number;
  /** The account of what is stored (none). */
  readonly stored?: StoredLedger;
  /** Receives an error for each record that cannot be read (SEC13). */
  readonly report?: (error: unknown) => void;
}
