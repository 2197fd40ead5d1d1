import { IssuerUnavailableError, TokenRefusedError } from './auth-errors.js';
import type { AuthSettings } from './auth-settings.js';
import { IssuerClient } from './issuer-client.js';
import { TrustedIssuer } from './trusted-issuer.js';
import type { Jose } from './load-jose.js';
import { TokenVerifier, type VerifiedToken } from './token-verifier.js';

/** The default verifier: the issuers of the option `auth`, each with its keys or its introspection. */
export class IssuerTokenVerifier extends TokenVerifier {
  readonly #client: IssuerClient;
  readonly #issuers: ReadonlyMap<string, TrustedIssuer>;
  readonly #ofOpaqueTokens: readonly TrustedIssuer[];

  /**
   * @param jose `undefined` if no issuer needs it
   * @param warn logs a sentence, each at most once in ten seconds
   */
  constructor(
    settings: AuthSettings,
    jose: Jose | undefined,
    private readonly warn: (sentence: string) => void,
  ) {
    super();
    this.#client = new IssuerClient({ timeoutMs: settings.issuerTimeoutMs, allowHttp: settings.allowHttp });
    const issuers = settings.issuers.map((issuer) => new TrustedIssuer(issuer, settings, this.#client, jose));
    this.#issuers = new Map(issuers.map((issuer) => [issuer.name, issuer]));
    this.#ofOpaqueTokens = issuers.filter(({ asks }) => asks);
  }

  override async verify(token: string): Promise<VerifiedToken> {
    const name = issuerNamedIn(token);
    if (name === undefined) return this.#verifyOpaque(token);
    const issuer = this.#issuers.get(name);
    if (!issuer) throw new TokenRefusedError('The issuer of the token is not accepted here');
    return this.#reporting(issuer, token);
  }

  /** Logs a sentence for each issuer that cannot be used as it is configured. It never rejects. */
  async check(): Promise<void> {
    await Promise.all(
      [...this.#issuers.values()].map((issuer) => issuer.load().catch((error: unknown) => this.#report(error))),
    );
  }

  close(): void {
    this.#client.close();
  }

  /** It does not tell whose it is, so each issuer is asked that can be. */
  async #verifyOpaque(token: string): Promise<VerifiedToken> {
    let failure: unknown = new TokenRefusedError();
    for (const issuer of this.#ofOpaqueTokens) {
      try {
        return await this.#reporting(issuer, token);
      } catch (error) {
        if (!(failure instanceof IssuerUnavailableError)) failure = error;
      }
    }
    throw failure;
  }

  async #reporting(issuer: TrustedIssuer, token: string): Promise<VerifiedToken> {
    try {
      return await issuer.verify(token);
    } catch (error) {
      this.#report(error);
      throw error;
    }
  }

  #report(error: unknown): void {
    if (error instanceof IssuerUnavailableError) this.warn(`Tokens cannot be verified: ${error.reason}`);
    else if (!(error instanceof TokenRefusedError)) this.warn(`Tokens cannot be verified: ${String(error)}`);
  }
}

/**
 * The issuer that a JWT names, before anything of it is verified.
 *
 * @returns `undefined` for a token that is no JWT
 */
function issuerNamedIn(token: string): string | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  try {
    const { iss } = JSON.parse(Buffer.from(parts[1]!, 'base64url').toString('utf8')) as { readonly iss?: unknown };
    return typeof iss === 'string' ? iss : undefined;
  } catch {
    return undefined;
  }
}
