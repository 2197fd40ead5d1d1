import type { AuthIssuer, TokenClaims } from '../auth-options.js';
import { textsIn } from '../texts-in.js';

/**
 * What `entra()` needs.
 *
 * @publicApi
 */
export interface EntraOptions {
  /** The id of the tenant, a GUID: `common` and `organizations` have no issuer of their own. */
  readonly tenant: string;
  /** The application (client) id of the registration of this server. */
  readonly clientId: string;
  /** Its application ID URI, best the URL of the server. Default: `api://` and the client id. */
  readonly appIdUri?: string;
}

/**
 * Microsoft Entra ID, with access tokens of version 2: set `requestedAccessTokenVersion` to 2 in the manifest of the
 * registration. Scopes are advertised with the application ID URI before them. Roles are the app roles of `roles`, and
 * the tenant is `tid`.
 *
 * @publicApi
 */
export const entra = ({ tenant, clientId, appIdUri = `api://${clientId}` }: EntraOptions): AuthIssuer => ({
  issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
  audience: [clientId, appIdUri],
  // Microsoft's tokens for others have this type, too, so the audience decides.
  tokenType: 'JWT',
  requiredClaims: { ver: '2.0' },
  scopes: 'scp',
  clientId: 'azp',
  scopePrefix: `${appIdUri}/`,
  principal: ({ tid, roles }: TokenClaims) => ({
    tenant: typeof tid === 'string' ? tid : undefined,
    roles: textsIn(roles),
  }),
});
