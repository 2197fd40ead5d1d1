import type { AuthIssuer, TokenClaims } from '../auth-options.js';
import { textsIn } from '../texts-in.js';

/**
 * What `auth0()` needs.
 *
 * @publicApi
 */
export interface Auth0Options {
  /** The domain of the tenant, such as `acme.eu.auth0.com`. */
  readonly domain: string;
  /** The identifier of the API. Default: the URL of the server. */
  readonly audience?: string;
}

/**
 * Auth0. The identifier of its API must be the URL of the server, and the Resource Parameter Compatibility Profile of
 * the tenant must be on: otherwise its tokens are opaque. Permissions are the roles, and the tenant is `org_id`.
 *
 * @publicApi
 */
export const auth0 = ({ domain, audience }: Auth0Options): AuthIssuer => ({
  issuer: `https://${domain}/`,
  ...(audience !== undefined && { audience }),
  scopes: 'scope',
  principal: ({ permissions, org_id: tenant }: TokenClaims) => ({
    // What the user may do is not what the user has let the client do, which is in the scopes.
    roles: textsIn(permissions),
    tenant: typeof tenant === 'string' ? tenant : undefined,
  }),
});
