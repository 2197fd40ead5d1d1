import type { CryptoKey, JSONWebKeySet, JWSHeaderParameters } from 'jose';
import { isObject } from '../protocol/messages.js';
import { IssuerUnavailableError } from './auth-errors.js';
import type { IssuerClient } from './issuer-client.js';
import type { IssuerMetadata } from './issuer-metadata.js';
import type { Jose } from './load-jose.js';
import { SharedFetch } from './shared-fetch.js';

/** How long keys are used before they are fetched again, ms. */
const MAX_AGE_MS = 600_000;
/** A key that is not known is looked for again after this at the earliest, ms: anybody can name one. */
const COOL_DOWN_MS = 30_000;
const MAX_KEYS = 100;
const KEY_TYPES: readonly unknown[] = ['RSA', 'EC', 'OKP'];

type FindKey = (header?: JWSHeaderParameters) => Promise<CryptoKey>;

/** The public keys of one issuer. They are fetched when a token names one that is not known, but not too often. */
export class IssuerKeys {
  readonly #keys: SharedFetch<FindKey>;

  /** @param jwksUri where the keys are, if the metadata is not asked */
  constructor(
    private readonly jose: Jose,
    private readonly client: IssuerClient,
    private readonly metadata: IssuerMetadata,
    private readonly jwksUri: string | undefined,
  ) {
    this.#keys = new SharedFetch(() => this.#fetch(), MAX_AGE_MS);
  }

  /**
   * Finds the key of a token by the header of the token.
   *
   * @throws jose's `JWKSNoMatchingKey` or `JWKSMultipleMatchingKeys`
   * @throws {IssuerUnavailableError} if the keys cannot be fetched, and so nobody knows
   */
  readonly find = async (header: JWSHeaderParameters): Promise<CryptoKey> => {
    const find = await this.#keys.get();
    try {
      return await find(header);
    } catch (error) {
      if (!(error instanceof this.jose.errors.JWKSNoMatchingKey) || this.#keys.ageMs < COOL_DOWN_MS) throw error;
      return (await this.#keys.refresh())(header);
    }
  };

  /** Fetches the keys, for the check at the start. */
  async load(): Promise<void> {
    await this.#keys.get();
  }

  async #fetch(): Promise<FindKey> {
    const url = this.jwksUri ?? (await this.metadata.url('jwks_uri'));
    const { keys } = await this.client.fetchJson(url);
    const usable = Array.isArray(keys) ? keys.filter((key) => isObject(key) && KEY_TYPES.includes(key.kty)) : [];
    if (usable.length === 0) throw new IssuerUnavailableError(`${url} has no usable keys`);
    if (usable.length > MAX_KEYS) throw new IssuerUnavailableError(`${url} has more than ${MAX_KEYS} keys`);
    return this.jose.createLocalJWKSet({ keys: usable as JSONWebKeySet['keys'] });
  }
}
