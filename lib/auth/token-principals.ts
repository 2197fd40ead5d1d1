import type { Principal } from '../session/principal.js';
import type { AuthSettings } from './auth-settings.js';
import type { PrincipalDetails, TokenClaims } from './auth-options.js';
import type { VerifiedToken } from './token-verifier.js';

type ChooseDetails = (claims: TokenClaims) => PrincipalDetails;

/** Makes principals of verified tokens. */
export class TokenPrincipals {
  readonly #ofIssuer: ReadonlyMap<string, ChooseDetails | undefined>;

  constructor(private readonly settings: AuthSettings) {
    this.#ofIssuer = new Map(settings.issuers.map(({ issuer, detailsOf }) => [issuer, detailsOf]));
  }

  /** The result is frozen: several requests with one token share it, and it is their `request.user`. */
  principalOf({ issuer, subject, clientId, scopes = [], expiresAt, claims = {} }: VerifiedToken): Principal {
    const principal: Principal = {
      ...this.#ofIssuer.get(issuer)?.(claims),
      ...this.settings.detailsOf?.(claims),
      // Who it is can only come from the token itself.
      issuer,
      subject,
      clientId,
      scopes: Object.freeze([...scopes]),
      expiresAt,
    };
    return Object.freeze(withoutUndefined(principal));
  }
}

const withoutUndefined = (principal: Principal): Principal =>
  Object.fromEntries(Object.entries(principal).filter(([, value]) => value !== undefined)) as unknown as Principal;
