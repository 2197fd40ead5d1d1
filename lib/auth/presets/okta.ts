import type { AuthIssuer, TokenClaims } from '../auth-options.js';
import { textsIn } from '../texts-in.js';

/**
 * What `okta()` needs.
 *
 * @publicApi
 */
export interface OktaOptions {
  /** The domain of the organisation, such as `acme.okta.com`. */
  readonly domain: string;
  /** The id of the custom authorization server. Default: `default`. */
  readonly authorizationServer?: string;
  /** Its audience. Default: the URL of the server. */
  readonly audience?: string;
}

/**
 * A custom authorization server of Okta. The tokens of the organisation itself are for Okta only. Roles are those of
 * the claim `groups`, if the authorization server has it.
 *
 * @publicApi
 */
export const okta = ({ domain, authorizationServer = 'default', audience }: OktaOptions): AuthIssuer => ({
  issuer: `https://${domain}/oauth2/${authorizationServer}`,
  ...(audience !== undefined && { audience }),
  scopes: 'scp',
  clientId: 'cid',
  principal: ({ groups }: TokenClaims) => ({ roles: textsIn(groups) }),
});
