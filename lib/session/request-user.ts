import { isObject } from '../protocol/messages.js';
import type { Principal } from './principal.js';

/** `request.user`, which a guard, a hook or middleware has set; `undefined` without one. */
export function userOf(request: unknown): unknown {
  if (!isObject(request)) return undefined;
  const { user, raw } = request;
  // Fastify wraps the raw request that middleware receives.
  return user ?? (isObject(raw) ? raw.user : undefined) ?? undefined;
}

/**
 * Lets guards and tools find a user where they look for one: that of middleware, which Fastify hides from them, or else
 * the principal. A user that is there is kept.
 */
export function provideUser(request: object, principal: Principal): void {
  // Not by assignment: the framework may have a `user` that cannot be set.
  if (((request as { user?: unknown }).user ?? undefined) === undefined) {
    Reflect.set(request, 'user', userOf(request) ?? principal);
  }
}
