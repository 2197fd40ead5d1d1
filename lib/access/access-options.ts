import type { CanActivate, Type } from '@nestjs/common';

/**
 * The option `access`: how the rules of `@McpScopes()`, `@McpRoles()` and `@McpAllow()` are applied.
 *
 * @publicApi
 */
export interface AccessOptions {
  /**
   * What callers see of what they may not use. `hide`: lists leave it out, and its use is answered as if it did not
   * exist. `challenge`: lists show it, and its use is answered with what is missing, so that a client can ask for more
   * scopes. Default: `hide`.
   */
  readonly denied?: 'hide' | 'challenge';
  /** The narrower scopes that each broader one implies, such as `{ 'files:write': ['files:read'] }`. Default: none. */
  readonly impliedScopes?: Readonly<Record<string, readonly string[]>>;
  /**
   * `public-only`: anonymous callers may use what is `@McpPublic()`, and everything else is answered with 401. Default:
   * they may also use what has no rule.
   */
  readonly anonymous?: 'public-only';
  /**
   * Guards of the application that decide about lists, too, such as a global `RolesGuard`. Each is asked about every
   * primitive that is not public. Default: none.
   */
  readonly listingGuards?: readonly Type<CanActivate>[];
}
