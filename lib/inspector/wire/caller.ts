/** Who does something, without credentials. */
export interface Caller {
  /** `principalId()`, a hash; `anon` for an anonymous caller. */
  readonly principal: string;
  /** The subject of the principal, with the option `showPrincipals`. */
  readonly subject?: string;
  /** What the client calls itself: its name and version. It is not verified. */
  readonly client?: string;
  /** The session, by the digest that the list of sessions and the audit have. */
  readonly session?: string;
}
