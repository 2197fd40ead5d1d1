import type { JWTVerifyResult } from 'jose';
import { IssuerUnavailableError, TokenRefusedError } from './auth-errors.js';
import type { TokenClaims } from './auth-options.js';
import type { IssuerKeys } from './issuer-keys.js';
import { normalType, type IssuerSettings } from './issuer-settings.js';
import type { Jose } from './load-jose.js';

/** How far clocks may differ, s. */
export const CLOCK_SKEW_S = 5;

/** Tokens of kinds that are no access tokens have a type of their own, and then it is another one. */
const ACCESS_TOKEN_TYPES = ['at+jwt', 'jwt'];

/** Verifies the JWTs of one issuer by its keys (RFC 9068). */
export class JwtIssuer {
  constructor(
    private readonly jose: Jose,
    private readonly settings: IssuerSettings,
    private readonly keys: IssuerKeys,
  ) {}

  /**
   * @returns the claims of a token with a valid signature that is of this issuer and has not expired
   * @throws {TokenRefusedError | IssuerUnavailableError}
   */
  async verify(token: string): Promise<TokenClaims> {
    try {
      const { payload, protectedHeader } = await this.#verifySignature(token);
      if (!this.#isAccessToken(protectedHeader.typ)) throw new TokenRefusedError('The token is no access token');
      return payload;
    } catch (error) {
      throw this.#refusalFor(error);
    }
  }

  async #verifySignature(token: string): Promise<JWTVerifyResult> {
    const { errors, jwtVerify } = this.jose;
    const options = {
      algorithms: [...this.settings.algorithms],
      issuer: this.settings.issuer,
      clockTolerance: CLOCK_SKEW_S,
      requiredClaims: ['exp'],
    };
    try {
      return await jwtVerify(token, this.keys.find, options);
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      // The token names no key, and several may fit.
      for await (const key of error) {
        try {
          return await jwtVerify(token, key, options);
        } catch (failure) {
          if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
        }
      }
      throw new TokenRefusedError('The signature of the token is not valid');
    }
  }

  #isAccessToken(type: unknown): boolean {
    const { tokenTypes } = this.settings;
    if (typeof type !== 'string') return tokenTypes === undefined;
    const name = normalType(type);
    return tokenTypes ? tokenTypes.has(name) : ACCESS_TOKEN_TYPES.includes(name);
  }

  #refusalFor(error: unknown): unknown {
    const { errors } = this.jose;
    if (error instanceof TokenRefusedError || error instanceof IssuerUnavailableError) return error;
    if (error instanceof errors.JWTExpired) return new TokenRefusedError('The token has expired');
    if (error instanceof errors.JWKSNoMatchingKey) return new TokenRefusedError('The key of the token is not known');
    if (error instanceof errors.JWSSignatureVerificationFailed) {
      return new TokenRefusedError('The signature of the token is not valid');
    }
    // All other errors of jose, and those of a key that does not fit, are about what the client sent.
    return error instanceof errors.JOSEError || error instanceof TypeError ? new TokenRefusedError() : error;
  }
}
