import type { TokenClaims } from './auth-options.js';
import { textsIn } from './texts-in.js';

/**
 * The scopes of a token, as one text (RFC 9068) or as a list.
 *
 * @param claim that holds them; without it `scope`, or else `scp`
 */
export function scopesIn(claims: TokenClaims, claim?: string): readonly string[] {
  const given = claim === undefined ? (claims.scope ?? claims.scp) : claims[claim];
  if (typeof given === 'string') return given.split(' ').filter((scope) => scope !== '');
  return textsIn(given);
}
