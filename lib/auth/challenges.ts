import type { AuthSettings } from './auth-settings.js';
import { isScope } from './auth-problem.js';
import { DPOP_ALGORITHMS } from './dpop-algorithms.js';

type Parameters = Readonly<Record<string, string | undefined>>;

/** Writes the challenges of a resource server, which a client reads in `WWW-Authenticate` (RFC 6750, 9728, 9449). */
export class Challenges {
  readonly #metadataUrl: string;
  readonly #prefix: string;
  readonly #requiredScopes: readonly string[];
  readonly #schemes: readonly ('Bearer' | 'DPoP')[];

  constructor({ metadataUrl, requiredScopes, dpop, issuers }: AuthSettings) {
    this.#metadataUrl = metadataUrl;
    this.#requiredScopes = requiredScopes;
    this.#prefix = issuers[0]?.scopePrefix ?? '';
    this.#schemes = dpop === 'require' ? ['DPoP'] : dpop === 'accept' ? ['Bearer', 'DPoP'] : ['Bearer'];
  }

  /** Without a token there is no error, only what is needed (RFC 6750, section 3.1). */
  missingToken(scopes: readonly string[] = []): string {
    return this.#write({ scope: this.#scope(scopes) });
  }

  invalidToken(description: string): string {
    return this.#write({ error: 'invalid_token', error_description: description, scope: this.#scope() });
  }

  invalidProof(description: string): string {
    return this.#write({ error: 'invalid_dpop_proof', error_description: description, scope: this.#scope() });
  }

  invalidRequest(description: string): string {
    return this.#write({ error: 'invalid_request', error_description: description });
  }

  /** @param scopes all scopes that the operation needs: one challenge names them all (O-8) */
  insufficientScope(scopes: readonly string[]): string {
    return this.#write({ error: 'insufficient_scope', scope: this.#scope(scopes) });
  }

  #scope(scopes: readonly string[] = []): string | undefined {
    const all = new Set([...this.#requiredScopes, ...scopes.filter(isScope)]);
    return all.size === 0 ? undefined : [...all].map((scope) => this.#prefix + scope).join(' ');
  }

  #write(parameters: Parameters): string {
    const all: Parameters = { ...parameters, resource_metadata: this.#metadataUrl };
    return this.#schemes
      .map((scheme) => challenge(scheme, scheme === 'DPoP' ? { ...all, algs: DPOP_ALGORITHMS.join(' ') } : all))
      .join(', ');
  }
}

/** Writes one challenge, with its parameters quoted (O-13). */
export function challenge(scheme: string, parameters: Parameters): string {
  const written = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${quotable(value)}"`],
  );
  return written.length === 0 ? scheme : `${scheme} ${written.join(', ')}`;
}

/** A header has only visible ASCII, and an error's description neither quotes nor backslashes (RFC 6750, section 3). */
const quotable = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?').replaceAll(/["\\]/g, "'");
