import { IssuerUnavailableError, TokenRefusedError } from './auth-errors.js';
import type { TokenClaims } from './auth-options.js';
import type { IssuerClient } from './issuer-client.js';
import type { IssuerMetadata } from './issuer-metadata.js';
import type { IssuerSettings } from './issuer-settings.js';

/** Anybody can make up tokens: so many questions may be open at the same time. */
const MAX_OPEN = 64;

/** Asks an issuer about its tokens (RFC 7662). Requests with the same token share one question. */
export class Introspection {
  readonly #open = new Map<string, Promise<TokenClaims>>();

  constructor(
    private readonly settings: NonNullable<IssuerSettings['introspection']>,
    private readonly client: IssuerClient,
    private readonly metadata: IssuerMetadata,
  ) {}

  /**
   * @returns what the issuer says about an active token
   * @throws {TokenRefusedError | IssuerUnavailableError}
   */
  ask(token: string): Promise<TokenClaims> {
    const known = this.#open.get(token);
    if (known) return known;
    if (this.#open.size >= MAX_OPEN) throw new IssuerUnavailableError('Too many tokens wait for an introspection');
    const asked = this.#ask(token).finally(() => this.#open.delete(token));
    this.#open.set(token, asked);
    return asked;
  }

  async #ask(token: string): Promise<TokenClaims> {
    const { endpoint, clientId, clientSecret } = this.settings;
    // Both parts are encoded like a form before they are joined (RFC 6749, section 2.3.1).
    const basic = Buffer.from(`${formEncode(clientId)}:${formEncode(clientSecret)}`).toString('base64');
    const claims = await this.client.fetchJson(endpoint ?? (await this.metadata.url('introspection_endpoint')), {
      method: 'POST',
      headers: {
        authorization: `Basic ${basic}`,
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ token, token_type_hint: 'access_token' }).toString(),
    });
    if (claims.active !== true) throw new TokenRefusedError('The token is not active');
    return claims;
  }
}

const formEncode = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);
