import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A key by which an issuer signs its tokens (ES256). */
export class SigningKey {
  readonly kid = randomBytes(9).toString('base64url');
  readonly #privateKey: KeyObject;
  /** The public half, for the key set. */
  readonly jwk: Readonly<Record<string, unknown>>;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#privateKey = privateKey;
    this.jwk = { ...publicKey.export({ format: 'jwk' }), kid: this.kid, alg: 'ES256', use: 'sig' };
  }

  /** @returns a JWT of the profile for access tokens (RFC 9068) */
  sign(claims: Readonly<Record<string, unknown>>): string {
    const parts = [{ alg: 'ES256', typ: 'at+jwt', kid: this.kid }, claims];
    const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    // JWTs have both numbers of the signature side by side (RFC 7518, section 3.4).
    const signature = sign('sha256', Buffer.from(text), { key: this.#privateKey, dsaEncoding: 'ieee-p1363' });
    return `${text}.${signature.toString('base64url')}`;
  }
}
