import { isObject } from '../protocol/messages.js';

/** `request.user`, which a guard, a hook or middleware has set; `undefined` without one. */
export function userOf(request: unknown): unknown {
  if (!isObject(request)) return undefined;
  const { user, raw } = request;
  // Fastify wraps the raw request that middleware receives.
  return user ?? (isObject(raw) ? raw.user : undefined) ?? undefined;
}
