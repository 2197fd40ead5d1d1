import { isObject } from '../../protocol/messages.js';
import type { AuthIssuer, TokenClaims } from '../auth-options.js';
import { textsIn } from '../texts-in.js';

/**
 * What `keycloak()` needs.
 *
 * @publicApi
 */
export interface KeycloakOptions {
  /** The URL of the realm, such as `https://login.example.com/realms/acme`. */
  readonly realm: string;
  /** What its audience mappers put into `aud`. Default: the URL of the server. */
  readonly audience?: string | readonly string[];
  /** Whose client roles count, too. Default: only the roles of the realm. */
  readonly client?: string;
}

/**
 * A realm of Keycloak. It needs an audience mapper: without one its tokens are for nobody, and are refused. Roles are
 * those of `realm_access`, and of `resource_access` for one client.
 *
 * @publicApi
 */
export const keycloak = ({ realm, audience, client }: KeycloakOptions): AuthIssuer => ({
  issuer: realm,
  ...(audience !== undefined && { audience }),
  // Refresh tokens and ID tokens are JWTs of the same realm and differ here.
  requiredClaims: { typ: ['Bearer', 'DPoP'] },
  scopes: 'scope',
  clientId: 'azp',
  principal: ({ realm_access: ofRealm, resource_access: ofClients }: TokenClaims) => ({
    roles: [...rolesIn(ofRealm), ...(client !== undefined && isObject(ofClients) ? rolesIn(ofClients[client]) : [])],
  }),
});

const rolesIn = (access: unknown): readonly string[] => (isObject(access) ? textsIn(access.roles) : []);
