import type { JsonObject } from '../protocol/messages.js';
import { IssuerUnavailableError } from './auth-errors.js';
import type { IssuerClient } from './issuer-client.js';
import { metadataUrls } from './metadata-urls.js';
import { SharedFetch } from './shared-fetch.js';

/** How long the metadata of an issuer is used, ms. */
const MAX_AGE_MS = 3_600_000;

/** Finds the metadata of an issuer, where RFC 8414 and OpenID Connect Discovery have it. */
export class IssuerMetadata {
  readonly #fetched: SharedFetch<JsonObject>;

  constructor(
    private readonly issuer: string,
    private readonly client: IssuerClient,
  ) {
    this.#fetched = new SharedFetch(() => this.#discover(), MAX_AGE_MS);
  }

  /**
   * @returns the URL that a field of the metadata holds
   * @throws {IssuerUnavailableError} if there is none
   */
  async url(field: 'jwks_uri' | 'introspection_endpoint'): Promise<string> {
    const found = (await this.#fetched.get())[field];
    if (typeof found === 'string') return found;
    throw new IssuerUnavailableError(`The metadata of the issuer ${this.issuer} has no "${field}"`);
  }

  async #discover(): Promise<JsonObject> {
    let failure: unknown;
    for (const url of metadataUrls(this.issuer)) {
      try {
        const metadata = await this.client.fetchJson(url);
        // Otherwise one tenant of a provider could answer for another (RFC 8414, section 3.3).
        if (metadata.issuer === this.issuer) return metadata;
        failure = new IssuerUnavailableError(
          `${url} is the metadata of another issuer than ${this.issuer}, character by character`,
        );
      } catch (error) {
        // What is found at the first place says more than that nothing is at the last.
        failure ??= error;
      }
    }
    throw failure;
  }
}
