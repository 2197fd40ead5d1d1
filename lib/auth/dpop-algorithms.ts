/** The signatures of proofs that are accepted (RFC 9449, section 4.3). */
export const DPOP_ALGORITHMS: readonly string[] = ['ES256', 'ES384', 'PS256', 'RS256', 'EdDSA', 'Ed25519'];
