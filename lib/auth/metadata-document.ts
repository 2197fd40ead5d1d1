import type { AuthSettings } from './auth-settings.js';
import { DPOP_ALGORITHMS } from './dpop-algorithms.js';

/** The metadata of the resource (RFC 9728), as JSON: where clients get tokens for it, and with which scopes (O-1). */
export function metadataDocument({ resource, issuers, metadata, requiredScopes, dpop }: AuthSettings): string {
  const { scopesSupported = requiredScopes, resourceName, documentation, policyUri, tosUri } = metadata;
  const prefix = issuers[0]?.scopePrefix ?? '';
  return JSON.stringify({
    resource,
    authorization_servers: issuers.map(({ issuer }) => issuer),
    bearer_methods_supported: dpop === 'require' ? undefined : ['header'],
    scopes_supported: scopesSupported.length === 0 ? undefined : scopesSupported.map((scope) => prefix + scope),
    resource_name: resourceName,
    resource_documentation: documentation,
    resource_policy_uri: policyUri,
    resource_tos_uri: tosUri,
    dpop_signing_alg_values_supported: dpop === 'refuse' ? undefined : DPOP_ALGORITHMS,
    dpop_bound_access_tokens_required: dpop === 'require' ? true : undefined,
  });
}
