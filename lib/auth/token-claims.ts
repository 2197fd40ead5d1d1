import { TokenRefusedError } from './auth-errors.js';
import type { TokenClaims } from './auth-options.js';
import { isForUs } from './audience.js';
import type { IssuerSettings } from './issuer-settings.js';
import { CLOCK_SKEW_S } from './jwt-issuer.js';
import type { VerifiedToken } from './token-verifier.js';

/**
 * Makes a verified token of claims whose origin is certain.
 *
 * @param resource the audience in the result: the rule of the issuer has decided about it
 * @throws {TokenRefusedError} for one that is not for this server, not yet or no longer valid, or of another kind
 */
export function tokenOf(
  claims: TokenClaims,
  settings: IssuerSettings,
  { resource, audienceOnly }: { readonly resource: string; readonly audienceOnly: boolean },
): VerifiedToken {
  const { issuer, audience, requiredClaims, clientClaims, scopesOf } = settings;
  // An introspection need not repeat who has issued the token.
  if ((claims.iss ?? issuer) !== issuer) throw new TokenRefusedError('The token is of another issuer');
  if (!isForUs(claims, audience, audienceOnly)) throw new TokenRefusedError('The token is not for this resource');
  for (const [name, allowed] of requiredClaims) {
    if (!allowed.includes(claims[name] as string)) throw new TokenRefusedError('The token is no access token');
  }
  const expiresAt = momentOf(claims.exp);
  const notBefore = momentOf(claims.nbf);
  const now = Date.now();
  const skew = CLOCK_SKEW_S * 1000;
  if (expiresAt !== undefined && expiresAt + skew <= now) throw new TokenRefusedError('The token has expired');
  if (notBefore !== undefined && notBefore - skew > now) throw new TokenRefusedError('The token is not valid yet');
  const clientId = clientClaims.map((name) => claims[name]).find(isName);
  return {
    issuer,
    subject: subjectOf(claims, clientId),
    audience: resource,
    ...(clientId !== undefined && { clientId }),
    scopes: scopesOf(claims),
    ...(expiresAt !== undefined && { expiresAt }),
    claims,
  };
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** A client that acts for itself may have no subject. Its name must not be that of a user (RFC 9700, section 4.15). */
function subjectOf({ sub }: TokenClaims, clientId: string | undefined): string {
  if (isName(sub)) return sub;
  if (sub !== undefined || clientId === undefined) throw new TokenRefusedError('The token names no subject');
  return `client:${clientId}`;
}

function momentOf(seconds: unknown): number | undefined {
  if (seconds === undefined) return undefined;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) throw new TokenRefusedError();
  return seconds * 1000;
}
