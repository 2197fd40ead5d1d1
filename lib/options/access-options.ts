import type { AccessOptions } from '../access/access-options.js';
import type { McpOptions } from './mcp-options.js';

const FIELDS = ['denied', 'impliedScopes', 'anonymous', 'listingGuards'];

/** @returns what is wrong with the option `access`, as the rest of a sentence */
export function accessProblem(given: AccessOptions | undefined): string | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== 'object' || given === null) return 'must be an object';
  const { denied, impliedScopes, anonymous, listingGuards } = given;
  const unknown = Object.keys(given).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) return `has no field "${unknown}"; its fields are "${FIELDS.join('", "')}"`;
  if (![undefined, 'hide', 'challenge'].includes(denied)) return 'requires "denied" to be "hide" or "challenge"';
  if (![undefined, 'public-only'].includes(anonymous)) return 'requires "anonymous" to be "public-only", or absent';
  const lists: unknown[] = Object.values(impliedScopes ?? {});
  if (!lists.every((list) => Array.isArray(list) && list.every((scope) => typeof scope === 'string'))) {
    return 'requires "impliedScopes" to hold a list of scopes for each scope';
  }
  const guards: unknown = listingGuards ?? [];
  if (!Array.isArray(guards) || !guards.every((guard) => typeof guard === 'function')) {
    return 'requires "listingGuards" to be a list of classes';
  }
  return undefined;
}

/** How access is decided: by the option `access`, and where `auth` has a field of the same name, by that. */
export function accessOptions({ access, auth }: Pick<McpOptions, 'access' | 'auth'>): AccessOptions {
  const denied = auth?.denied ?? access?.denied;
  const impliedScopes = auth?.impliedScopes ?? access?.impliedScopes;
  const anonymous = (auth?.anonymous ?? access?.anonymous) || undefined;
  return {
    ...(denied && { denied }),
    ...(impliedScopes && { impliedScopes }),
    ...(anonymous && { anonymous }),
  };
}
