import type { AccessPolicySource } from './access-policy.js';

/**
 * Who may use a primitive that is registered at run time; as `@McpPublic()`, `@McpScopes()`, `@McpRoles()` and
 * `@McpAllow()` say it of a method. All that is given must be fulfilled.
 *
 * @publicApi
 */
export interface McpAccess {
  /** Everybody, also anonymous callers where others need an identity. Excludes all others. Default: `false`. */
  readonly public?: boolean;
  /** The caller needs all of these scopes. Default: none. */
  readonly scopes?: readonly string[];
  /** The caller needs one of these roles. Default: none. */
  readonly roles?: readonly string[];
  /** Each of these must allow it. Default: none. */
  readonly allow?: readonly AccessPolicySource[];
}

/** The rule of one primitive, from all its declarations. */
export interface AccessRule {
  readonly isPublic: boolean;
  /** All of them. */
  readonly scopes: readonly string[];
  /** One of each. */
  readonly roles: readonly (readonly string[])[];
  readonly policies: readonly AccessPolicySource[];
}

/** The characters of a scope (RFC 6749 §3.3); others could end the quotes in a challenge (O-13). */
const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/**
 * Combines declarations: what each of them asks for is needed.
 *
 * @returns `undefined` without declarations
 * @throws Error for a declaration that makes no sense
 */
export function combineRules(declarations: readonly McpAccess[]): AccessRule | undefined {
  if (declarations.length === 0) return undefined;
  for (const declaration of declarations) requireSense(declaration);
  const open = declarations.filter((one) => one.public === true);
  if (open.length > 0 && open.length < declarations.length) {
    throw new Error('it is public, and has another rule too: leave one of them out');
  }
  return {
    isPublic: open.length > 0,
    scopes: [...new Set(declarations.flatMap(({ scopes = [] }) => scopes))].sort(),
    roles: declarations.flatMap(({ roles }) => (roles ? [[...new Set(roles)].sort()] : [])),
    policies: declarations.flatMap(({ allow = [] }) => allow),
  };
}

function requireSense({ public: isPublic, scopes, roles, allow }: McpAccess): void {
  for (const [name, list] of Object.entries({ scopes, roles, allow })) {
    if (list === undefined) continue;
    if (isPublic) throw new Error(`it is public, and has "${name}" too: leave one of them out`);
    if (list.length === 0) throw new Error(`its list of ${name} is empty, which would allow nobody or everybody`);
  }
  const unusable = scopes?.find((scope) => !SCOPE.test(scope));
  if (unusable !== undefined) {
    throw new Error(`its scope ${JSON.stringify(unusable)} has characters that a scope cannot have (RFC 6749)`);
  }
}
