import { CapacityError } from '../protocol/errors.js';

/**
 * A store or broker cannot be reached just now. Requests that need it are answered 503 with `Retry-After`, never 404: a
 * client would throw its session away (F4). Stores of the application's own may throw it too.
 */
export class BackendUnavailableError extends CapacityError {
  override readonly name: string = 'BackendUnavailableError';

  /** @param reason for the operator; clients are not told */
  constructor(readonly reason: string) {
    super('The server cannot reach what it needs for this; try again');
  }
}
