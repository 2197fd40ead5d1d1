import type { StateKey } from '../interaction/key-ring.js';

/**
 * How to seal the state of calls that ask for input, which travels through modern clients.
 *
 * @publicApi
 */
export interface RequestStateOptions {
  /**
   * Keys of at least 32 bytes as bytes, Base64 or hex, the newest first. All instances of a server need the same keys.
   * Default: a random key. With Redis, the instances of a fleet share it and rotate it daily; without Redis, it is
   * valid for this process only.
   */
  readonly keys?: readonly StateKey[];
  /** Age at which a state is rejected, in ms. Default: 10 min. */
  readonly ttlMs?: number;
  /** Accept each state only once. Default: `false`. */
  readonly singleUse?: boolean;
}
