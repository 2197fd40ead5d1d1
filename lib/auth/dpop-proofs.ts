import { hash } from 'node:crypto';
import type { JWK, JWTPayload } from 'jose';
import type { NonceStore } from '../interaction/nonce-store.js';
import { isObject } from '../protocol/messages.js';
import { DPOP_ALGORITHMS } from './dpop-algorithms.js';
import type { Jose } from './load-jose.js';
import { canonicalUri } from './resource-uri.js';

/** How far the clock of a client may differ, and how long a proof may be on its way, ms. */
const MAX_AGE_MS = 60_000;
const MAX_PROOF_CHARACTERS = 8 * 1024;
const MAX_ID_CHARACTERS = 256;

/** A request for which a proof was made. */
export interface ProvenRequest {
  readonly method: string;
  readonly token: string;
  /** The thumbprint of the key that the token is bound to. */
  readonly thumbprint: string;
  /** The header `DPoP`. */
  readonly proof: string | string[] | undefined;
}

/** Checks proofs of possession (RFC 9449, section 4.3). Each counts once, on all instances together. */
export class DpopProofs {
  /**
   * @param resource the URL of this server, as its clients know it
   * @param used remembers which proofs were used
   */
  constructor(
    private readonly jose: Jose,
    private readonly resource: string,
    private readonly used: NonceStore,
  ) {}

  /** @returns why a proof is not accepted; `undefined` for one that is */
  async problemOf(request: ProvenRequest): Promise<string | undefined> {
    const { proof } = request;
    if (proof === undefined) return 'A DPoP proof is missing';
    if (typeof proof !== 'string' || proof.length > MAX_PROOF_CHARACTERS) return NOT_VALID;
    const verified = await this.#verify(proof);
    if (!verified) return NOT_VALID;
    const { payload, key } = verified;
    const { jti, htm, htu, iat, ath } = payload;
    if (htm !== request.method || !this.#isHere(htu)) return 'The DPoP proof is for another request';
    if (ath !== hash('sha256', request.token, 'base64url')) return 'The DPoP proof is for another token';
    if (typeof iat !== 'number' || Math.abs(Date.now() - iat * 1000) > MAX_AGE_MS) return 'The DPoP proof is too old';
    if ((await this.jose.calculateJwkThumbprint(key)) !== request.thumbprint)
      return 'The token is bound to another key';
    if (typeof jti !== 'string' || jti === '' || jti.length > MAX_ID_CHARACTERS) return NOT_VALID;
    const id = hash('sha256', `${request.thumbprint} ${jti}`, 'base64url');
    // Last, so that only who has the key and the token can make it remember anything.
    return (await this.used.use(`dpop-${id}`, 2 * MAX_AGE_MS)) ? undefined : 'The DPoP proof was used before';
  }

  async #verify(proof: string): Promise<{ readonly payload: JWTPayload; readonly key: JWK } | undefined> {
    const { EmbeddedJWK, jwtVerify } = this.jose;
    try {
      const options = { typ: 'dpop+jwt', algorithms: [...DPOP_ALGORITHMS] };
      // It refuses a key with a private part.
      const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, options);
      return isObject(protectedHeader.jwk) ? { payload, key: protectedHeader.jwk as JWK } : undefined;
    } catch {
      return undefined;
    }
  }

  /** The query and the fragment do not count (RFC 9449, section 4.3). */
  #isHere(htu: unknown): boolean {
    if (typeof htu !== 'string' || !URL.canParse(htu)) return false;
    const url = new URL(htu);
    url.search = '';
    url.hash = '';
    return canonicalUri(url) === this.resource;
  }
}

const NOT_VALID = 'The DPoP proof is not valid';
