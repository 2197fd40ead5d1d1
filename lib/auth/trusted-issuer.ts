import type { AuthSettings } from './auth-settings.js';
import { Introspection } from './introspection.js';
import type { IssuerClient } from './issuer-client.js';
import { IssuerKeys } from './issuer-keys.js';
import { IssuerMetadata } from './issuer-metadata.js';
import type { IssuerSettings } from './issuer-settings.js';
import { JwtIssuer } from './jwt-issuer.js';
import type { Jose } from './load-jose.js';
import { tokenOf } from './token-claims.js';
import type { VerifiedToken } from './token-verifier.js';

/** A JWT that was verified is not verified again for so long, ms: a key that is withdrawn takes so much longer. */
const JWT_REUSE_MS = 60_000;

/** One issuer whose tokens are accepted. */
export class TrustedIssuer {
  readonly #metadata: IssuerMetadata;
  readonly #introspection: Introspection | undefined;
  readonly #keys: IssuerKeys | undefined;
  readonly #jwts: JwtIssuer | undefined;

  constructor(
    private readonly settings: IssuerSettings,
    private readonly auth: AuthSettings,
    client: IssuerClient,
    jose: Jose | undefined,
  ) {
    this.#metadata = new IssuerMetadata(settings.issuer, client);
    if (settings.introspection) {
      this.#introspection = new Introspection(settings.introspection, client, this.#metadata);
    } else {
      this.#keys = new IssuerKeys(jose!, client, this.#metadata, settings.jwksUri);
      this.#jwts = new JwtIssuer(jose!, settings, this.#keys);
    }
  }

  get name(): string {
    return this.settings.issuer;
  }

  /** Whether it is asked about its tokens. */
  get asks(): boolean {
    return this.#introspection !== undefined;
  }

  /** @throws {TokenRefusedError | IssuerUnavailableError} */
  async verify(token: string): Promise<VerifiedToken> {
    const claims = await (this.#introspection ? this.#introspection.ask(token) : this.#jwts!.verify(token));
    const verified = tokenOf(claims, this.settings, this.auth);
    const reuseMs = this.settings.introspection ? this.settings.introspection.cacheMs : JWT_REUSE_MS;
    return reuseMs > 0 ? { ...verified, reusableUntil: Date.now() + reuseMs } : verified;
  }

  /** Fetches what is needed to verify its tokens. @throws {IssuerUnavailableError} */
  async load(): Promise<void> {
    if (this.#keys) return this.#keys.load();
    if (this.settings.introspection?.endpoint === undefined) await this.#metadata.url('introspection_endpoint');
  }
}
