import { ScopeHierarchy } from '../access/scope-hierarchy.js';
import { knownAcrossCopies } from '../packages/known-across-copies.js';
import { isObject } from '../protocol/messages.js';
import type { Principal } from '../session/principal.js';
import { PrincipalRefusedError, PrincipalResolver, type PrincipalRequest } from '../session/principal-resolver.js';
import { TokenRefusedError } from './auth-errors.js';
import type { AuthSettings } from './auth-settings.js';
import { audienceRule, isForUs } from './audience.js';
import { Challenges } from './challenges.js';
import { MAX_TOKEN_CHARACTERS, readCredentials } from './credentials.js';
import type { DpopProofs } from './dpop-proofs.js';
import { IssuerTokenVerifier } from './issuer-token-verifier.js';
import { RecentTokens, tokenId, type RecentToken } from './recent-tokens.js';
import { TokenPrincipals } from './token-principals.js';
import type { TokenVerifier, VerifiedToken } from './token-verifier.js';

type Token = { readonly scheme: 'bearer' | 'dpop'; readonly token: string };

/** The resolver of a server with the option `auth`: each request speaks for the subject of its access token. */
export class AuthPrincipalResolver extends PrincipalResolver {
  static {
    knownAcrossCopies(this, 'AuthPrincipalResolver');
  }

  readonly challenges: Challenges;
  readonly #recent = new RecentTokens();
  readonly #principals: TokenPrincipals;
  readonly #scopes: ScopeHierarchy;

  /** @param proofs `undefined` if tokens that are bound to a key are refused */
  constructor(
    readonly settings: AuthSettings,
    private readonly verifier: TokenVerifier,
    private readonly proofs: DpopProofs | undefined,
  ) {
    super();
    this.challenges = new Challenges(settings);
    this.#principals = new TokenPrincipals(settings);
    this.#scopes = new ScopeHierarchy(settings.impliedScopes);
  }

  override resolve(request: PrincipalRequest): Principal | undefined | Promise<Principal | undefined> {
    const credentials = readCredentials(request.headers.authorization, request.http);
    switch (credentials.kind) {
      case 'token':
        return this.#resolveToken(credentials, request);
      case 'malformed':
        throw new PrincipalRefusedError(
          400,
          'The Authorization header is malformed',
          this.challenges.invalidRequest('The Authorization header is malformed'),
        );
      case 'none':
        if (this.settings.allowsAnonymous) return undefined;
    }
    throw new PrincipalRefusedError(401, 'An access token is needed', this.challenges.missingToken());
  }

  /** Aborts what is being fetched from issuers. */
  close(): void {
    if (this.verifier instanceof IssuerTokenVerifier) this.verifier.close();
  }

  #resolveToken(given: Token, request: PrincipalRequest): Principal | Promise<Principal> {
    if (given.token.length > MAX_TOKEN_CHARACTERS) throw this.#refused('The token is too long');
    if (this.settings.dpop === 'require' && given.scheme !== 'dpop') throw this.#refused('A DPoP token is needed');
    if (!this.proofs && given.scheme === 'dpop') throw this.#refused('DPoP tokens are not accepted');
    const id = tokenId(given.token);
    const known = this.#recent.find(id);
    return known ? this.#accept(known, given, request) : this.#verify(id, given, request);
  }

  async #verify(id: string, given: Token, request: PrincipalRequest): Promise<Principal> {
    const { token } = given;
    try {
      const verified = await this.verifier.verify(token);
      const { audience, expiresAt = Infinity, reusableUntil = 0, claims } = verified;
      this.#requireAudience(audience);
      const principal = this.#principals.principalOf(verified);
      const known = { principal, confirmation: claims?.cnf, expiresAt, reusableUntil };
      if (reusableUntil > Date.now()) this.#recent.add(id, known, token.length);
      return await this.#accept(known, given, request);
    } catch (error) {
      throw error instanceof TokenRefusedError ? this.#refused(error.message) : error;
    }
  }

  /** A verifier of the application may leave it to the server (O-14). */
  #requireAudience(audience: VerifiedToken['audience']): void {
    const rule = audienceRule('aud', [this.settings.resource]);
    if (isForUs({ aud: audience }, rule, this.settings.audienceOnly)) return;
    throw new TokenRefusedError('The token is not for this resource');
  }

  /** What has to hold at each request, also for a token that was verified before. */
  #accept(known: RecentToken, given: Token, request: PrincipalRequest): Principal | Promise<Principal> {
    const { principal, confirmation, expiresAt } = known;
    if (expiresAt <= Date.now()) throw this.#refused('The token has expired');
    const bound = given.scheme === 'dpop' ? this.#requireProof(confirmation, given, request) : undefined;
    // Who has stolen it would send it like this (RFC 9449, section 7.2).
    if (given.scheme === 'bearer' && confirmation !== undefined) {
      throw this.#refused('The token is bound to a key and needs a proof');
    }
    return bound ? bound.then(() => this.#requireScopes(principal)) : this.#requireScopes(principal);
  }

  async #requireProof(confirmation: unknown, { token }: Token, { headers, http }: PrincipalRequest): Promise<void> {
    const thumbprint = isObject(confirmation) ? confirmation.jkt : undefined;
    if (typeof thumbprint !== 'string') throw this.#refused('The token is bound to no key');
    const method = (http as { readonly method?: string } | undefined)?.method ?? '';
    const problem = await this.proofs!.problemOf({ method, token, thumbprint, proof: headers.dpop });
    if (problem === undefined) return;
    throw new PrincipalRefusedError(401, problem, this.challenges.invalidProof(problem));
  }

  #requireScopes(principal: Principal): Principal {
    const { requiredScopes } = this.settings;
    if (this.#scopes.has(principal, requiredScopes)) return principal;
    const challenge = this.challenges.insufficientScope(requiredScopes);
    throw new PrincipalRefusedError(403, `This needs the scope ${requiredScopes.join(' ')}`, challenge);
  }

  #refused(reason: string): PrincipalRefusedError {
    return new PrincipalRefusedError(401, reason, this.challenges.invalidToken(reason));
  }
}
