/**
 * Remembers which states were used, where each may be used only once. An abstract class, so that it is its own
 * injection token.
 */
export abstract class NonceStore {
  /** @returns false when the nonce was used before, on any instance; remembers it for `ttlMs` */
  abstract use(nonce: string, ttlMs: number): Promise<boolean>;
}
