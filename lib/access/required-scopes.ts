import { AuthenticationRequiredError, InsufficientScopeError } from '../protocol/errors.js';
import type { Principal } from '../session/principal.js';
import type { ScopeHierarchy } from './scope-hierarchy.js';

/** The scopes that a method requires while it runs. */
export class RequiredScopes {
  /** @param declared those that its primitive needs in any case: one challenge names all of the operation (O-8) */
  constructor(
    private readonly hierarchy: ScopeHierarchy,
    private readonly declared: readonly string[] = [],
  ) {}

  /**
   * @throws {AuthenticationRequiredError} for an anonymous caller
   * @throws {InsufficientScopeError} if one of the scopes is missing
   */
  require(principal: Principal | undefined, scopes: readonly string[]): void {
    if (this.hierarchy.has(principal, scopes)) return;
    const all = [...new Set([...this.declared, ...scopes])];
    throw principal === undefined ? new AuthenticationRequiredError(all) : new InsufficientScopeError(all);
  }
}
