/**
 * A store or broker cannot be reached just now. Requests that need it are answered 503 with `Retry-After`, never 404: a
 * client would throw its session away (F4). Stores of the application's own may throw it too.
 */
export class BackendAwayError extends Error {
  override readonly name = 'BackendAwayError';
  constructor(message = 'The backend cannot be reached; try again.', options?: ErrorOptions) {
    super(message, options);
  }
}
