import type { AuthIssuer, TokenClaims } from '../auth-options.js';
import { scopesIn } from '../token-scopes.js';
import { textsIn } from '../texts-in.js';

/**
 * What `cognito()` needs.
 *
 * @publicApi
 */
export interface CognitoOptions {
  /** The region of the user pool, such as `eu-central-1`. */
  readonly region: string;
  /** The id of the user pool. */
  readonly userPoolId: string;
  /** The app clients whose tokens are accepted: its access tokens name no audience, but their client. */
  readonly clientIds: readonly string[];
  /** The identifier of the resource server, which stands before each of its scopes. */
  readonly resourceServer: string;
}

/**
 * A user pool of Amazon Cognito. Scopes are used without the identifier of the resource server, and advertised with it.
 * Roles are the groups of the user.
 *
 * @publicApi
 */
export const cognito = ({ region, userPoolId, clientIds, resourceServer }: CognitoOptions): AuthIssuer => ({
  issuer: `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`,
  audience: { claim: 'client_id', values: clientIds },
  // An ID token is signed with the same keys.
  requiredClaims: { token_use: 'access' },
  scopes: (claims) => scopesIn(claims, 'scope').map((scope) => withoutPrefix(scope, `${resourceServer}/`)),
  clientId: 'client_id',
  scopePrefix: `${resourceServer}/`,
  principal: ({ 'cognito:groups': groups }: TokenClaims) => ({ roles: textsIn(groups) }),
});

/** A scope of another resource server keeps its name, so that it cannot be taken for one of ours. */
const withoutPrefix = (scope: string, prefix: string): string =>
  scope.startsWith(prefix) ? scope.slice(prefix.length) : scope;
