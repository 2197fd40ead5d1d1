import { knownAcrossCopies } from '../packages/known-across-copies.js';
import type { TokenClaims } from './auth-options.js';

/**
 * What a verified token says.
 *
 * @publicApi
 */
export interface VerifiedToken {
  /** Who has issued it. */
  readonly issuer: string;
  /** Whom it speaks for, unique for the issuer. */
  readonly subject: string;
  /** Whom it is for. The server refuses a token that does not name the option `auth.resource`. */
  readonly audience: string | readonly string[];
  /** The OAuth client. Default: none. */
  readonly clientId?: string;
  /** The scopes that were granted. Default: none. */
  readonly scopes?: readonly string[];
  /** When it expires, in ms since the epoch. Default: never. */
  readonly expiresAt?: number;
  /** Until when this answer may be used again for the same token, in ms since the epoch. Default: not at all. */
  readonly reusableUntil?: number;
  /**
   * All of it, for the option `principal`. A member `cnf` binds the token to a key of the client, as in RFC 9449.
   * Default: none.
   */
  readonly claims?: TokenClaims;
}

/**
 * Verifies access tokens. It is an abstract class so that it can serve as its own injection token: an application that
 * provides it replaces the verification by the keys and the introspection of the `issuers`. The server itself still
 * checks the audience, the expiry, the scopes and the proof of a token that is bound to a key.
 *
 * @example
 * ```ts
 * @Injectable()
 * class ApiKeys extends TokenVerifier {
 *   async verify(token: string): Promise<VerifiedToken> {
 *     const key = await this.keys.find(token);
 *     if (!key) throw new TokenRefusedError('The key is not known');
 *     return { issuer: 'https://keys.example.com', subject: key.owner, audience: 'https://api.example.com/mcp' };
 *   }
 * }
 * // providers: [{ provide: TokenVerifier, useClass: ApiKeys }]
 * ```
 * @publicApi
 */
export abstract class TokenVerifier {
  static {
    knownAcrossCopies(this, 'TokenVerifier');
  }

  /**
   * Called for each request with a token, unless an earlier answer may be used again.
   *
   * @param token as the client sent it; it must not be logged
   * @throws {TokenRefusedError} for a token that is not valid: the answer is 401
   * @throws {IssuerUnavailableError} if that cannot be known now: the answer is 503
   */
  abstract verify(token: string): VerifiedToken | Promise<VerifiedToken>;
}
