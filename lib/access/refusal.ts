import {
  AccessDeniedError,
  AuthenticationRequiredError,
  InsufficientScopeError,
  type McpError,
} from '../protocol/errors.js';
import type { Principal } from '../session/principal.js';
import type { EntryAccess } from './entry-access.js';
import type { ScopeHierarchy } from './scope-hierarchy.js';

/** What a caller lacks. */
export type Lack = 'identity' | 'scopes' | 'roles' | 'policy';

/** What a principal lacks by the rule, before its policies are asked; `undefined` for nothing. */
export function lackOf(
  { isPublic, scopes, roles }: EntryAccess,
  principal: Principal | undefined,
  hierarchy: ScopeHierarchy,
): Lack | undefined {
  if (isPublic) return undefined;
  if (!hierarchy.has(principal, scopes)) return 'scopes';
  for (const some of roles) if (!principal?.roles?.some((role) => some.includes(role))) return 'roles';
  return undefined;
}

/** The error that says what is missing. Who is anonymous may have it after a sign-in. */
export function refusalFor(lack: Lack, { scopes }: EntryAccess, principal: Principal | undefined): McpError {
  if (principal === undefined || lack === 'identity') return new AuthenticationRequiredError(scopes);
  return lack === 'scopes' ? new InsufficientScopeError(scopes) : new AccessDeniedError(lack);
}
