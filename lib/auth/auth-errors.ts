import { knownAcrossCopies } from '../packages/known-across-copies.js';
import { BackendUnavailableError } from '../session/backend-unavailable.js';

/**
 * An access token that is not valid. The request is answered 401, with `error="invalid_token"` in its challenge.
 *
 * @publicApi
 */
export class TokenRefusedError extends Error {
  static {
    knownAcrossCopies(this, 'TokenRefusedError');
  }

  override readonly name = 'TokenRefusedError';

  /** @param message the client gets it, so it must not repeat anything of the token */
  constructor(message = 'The access token is not valid') {
    super(message);
  }
}

/**
 * An issuer of tokens cannot be asked, so that nobody knows whether a token is valid. The request is answered 503 with
 * `Retry-After`, never 401, because a 401 would make the client throw its token away.
 *
 * @publicApi
 */
export class IssuerUnavailableError extends BackendUnavailableError {
  static {
    knownAcrossCopies(this, 'IssuerUnavailableError');
  }

  override readonly name = 'IssuerUnavailableError';
}
