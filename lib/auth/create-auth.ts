import type { NonceStore } from '../interaction/nonce-store.js';
import { AuthPrincipalResolver } from './auth-principal-resolver.js';
import type { AuthSettings } from './auth-settings.js';
import { DpopProofs } from './dpop-proofs.js';
import { IssuerTokenVerifier } from './issuer-token-verifier.js';
import { loadJose } from './load-jose.js';
import type { TokenVerifier } from './token-verifier.js';

/**
 * Creates the resolver of a resource server. The issuers are asked for their keys in the background: the server starts
 * also without them.
 *
 * @param own the verifier of the application; the issuers verify without one
 * @throws {Error} when the package jose is needed and not installed
 */
export async function createAuth(
  settings: AuthSettings,
  own: TokenVerifier | undefined,
  nonces: NonceStore,
  warn: (sentence: string) => void,
): Promise<AuthPrincipalResolver> {
  const { issuers, dpop, resource } = settings;
  const verifiesJwts = !own && issuers.some(({ introspection }) => introspection === undefined);
  const jose = verifiesJwts || dpop !== 'refuse' ? await loadJose() : undefined;
  const proofs = dpop === 'refuse' ? undefined : new DpopProofs(jose!, resource, nonces);
  if (own) return new AuthPrincipalResolver(settings, own, proofs);
  const verifier = new IssuerTokenVerifier(settings, jose, warn);
  void verifier.check();
  return new AuthPrincipalResolver(settings, verifier, proofs);
}
