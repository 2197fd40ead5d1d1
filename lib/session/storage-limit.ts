import { CapacityError } from '../protocol/errors.js';

/**
 * The server stores as many bytes as it may: `maxStoredBytes` of all clients together, or `maxStoredBytesPerClient` of
 * this one. The answer is 503, or 429 for a client that has used up its share, with `Retry-After`.
 *
 * @publicApi
 */
export class StorageLimitError extends CapacityError {
  override readonly name = 'StorageLimitError';

  /**
   * @param whose `share` for the limit of one client, `total` for that of all
   */
  constructor(readonly whose: 'share' | 'total') {
    const who = whose === 'share' ? 'this client' : 'its clients';
    super(`The server stores as much for ${who} as it may; end sessions or wait`, whose === 'share' ? 429 : 503);
  }
}
