import { createHash } from 'node:crypto';

/** Sessions whose digest is remembered: a hash would cost as much as the rest of an event. */
const MAX_KNOWN = 1000;

const known = new Map<string, string>();

/** A session's id is all that a client needs to show beside its token, so it is not written down (P15). */
export function sessionDigest(id: string): string {
  let digest = known.get(id);
  if (digest !== undefined) return digest;
  digest = digestOf(id);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(id, digest);
  return digest;
}

/** A digest that is not remembered. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 16);
