import type { Principal } from '../session/principal.js';

/** Which scopes a principal has, also those that its scopes imply: who may write may often read (O-9). */
export class ScopeHierarchy {
  readonly #granted = new WeakMap<Principal, ReadonlySet<string>>();

  /** @param implied the narrower scopes of each broader one */
  constructor(private readonly implied: Readonly<Record<string, readonly string[]>> = {}) {}

  has(principal: Principal | undefined, scopes: readonly string[]): boolean {
    if (scopes.length === 0) return true;
    const granted = this.#grantedTo(principal);
    return scopes.every((scope) => granted.has(scope));
  }

  #grantedTo(principal: Principal | undefined): ReadonlySet<string> {
    if (principal?.scopes === undefined) return NONE;
    let granted = this.#granted.get(principal);
    if (granted === undefined) this.#granted.set(principal, (granted = this.#expand(principal.scopes)));
    return granted;
  }

  /** A scope may imply one that implies others. */
  #expand(scopes: readonly string[]): ReadonlySet<string> {
    const granted = new Set(scopes);
    // A Set is iterated in the order of insertion, also over what is added meanwhile.
    for (const scope of granted) {
      if (!Object.hasOwn(this.implied, scope)) continue;
      for (const narrower of this.implied[scope]!) granted.add(narrower);
    }
    return granted;
  }
}

const NONE: ReadonlySet<string> = new Set();
