import type { TokenClaims } from './auth-options.js';
import { comparableUri } from './resource-uri.js';

/** What a token must name so that it is for this server. */
export interface AudienceRule {
  readonly claim: string;
  /** In the form in which they are compared. */
  readonly values: ReadonlySet<string>;
}

export const audienceRule = (claim: string, values: readonly string[]): AudienceRule => ({
  claim,
  values: new Set(values.map(comparableUri)),
});

/**
 * Whether a token is for this server (O-14). A token without an audience is for nobody.
 *
 * @param only refuses a token that is for somebody else, too
 */
export function isForUs(claims: TokenClaims, { claim, values }: AudienceRule, only: boolean): boolean {
  const given = claims[claim];
  const named = (Array.isArray(given) ? given : [given]) as unknown[];
  if (named.length === 0 || !named.every((one) => typeof one === 'string')) return false;
  const isOurs = (one: unknown): boolean => values.has(comparableUri(one as string));
  return only ? named.every(isOurs) : named.some(isOurs);
}
