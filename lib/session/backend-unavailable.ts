import { CapacityError } from '../protocol/errors.js';
import { knownAcrossCopies } from '../packages/known-across-copies.js';

/**
 * A store or broker is currently unreachable. Requests that need it are answered with 503 and `Retry-After`, never with
 * 404, because a 404 would make the client discard its session (F4). Custom stores may throw it, too.
 *
 * @publicApi
 */
export class BackendUnavailableError extends CapacityError {
  static {
    knownAcrossCopies(this, 'BackendUnavailableError');
  }

  override readonly name: string = 'BackendUnavailableError';

  /**
   * @param reason for the operator's log; clients do not see it
   * @param status 429 for a client that has used up its share of the backend
   */
  constructor(
    readonly reason: string,
    status: 503 | 429 = 503,
  ) {
    super('A backend of the server is unavailable; try again', status);
  }
}

/**
 * A store or broker is reachable but has no room. Clients get 503 with `Retry-After`, as from an unavailable backend,
 * and it is retried for a shorter time, because memory seldom comes back within seconds. Custom stores may throw it,
 * too.
 *
 * @publicApi
 */
export class BackendFullError extends BackendUnavailableError {
  static {
    knownAcrossCopies(this, 'BackendFullError');
  }

  override readonly name = 'BackendFullError';
}
