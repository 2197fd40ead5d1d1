import { createHash } from 'node:crypto';

/** Who a request speaks for, out of its verified token; never out of anything a session remembers (S13). */
export interface Principal {
  readonly issuer: string;
  readonly subject: string;
  /** The OAuth client. Part of the identity: two applications of one user do not share sessions. */
  readonly clientId?: string;
  readonly [claim: string]: unknown;
}

/** The `principalId()` of requests without authentication. Too short to be the hash of anybody. */
export const ANONYMOUS = 'anon';

/** 32 of base64url = 192 bits. */
const LENGTH = 32;

/** Only remembers what `identify` would compute again; goes away with the principal objects. */
const known = new WeakMap<Principal, string>();

/**
 * The owner's name in session keys, Redis keys and sealed states. It is the same before and after a token refresh, and
 * reveals nothing: keys end up in tools and dumps where e-mail addresses must not.
 *
 * The object is read once: a principal is a fact of one request and must not be altered afterwards.
 */
export function principalId(principal?: Principal): string {
  if (principal === undefined) return ANONYMOUS;
  let id = known.get(principal);
  if (id === undefined) known.set(principal, (id = identify(principal)));
  return id;
}

function identify({ issuer, subject, clientId }: Principal): string {
  // Without this check every principal of a careless verifier would be [null, null, null]: one owner for all sessions.
  if (!isName(issuer) || !isName(subject) || (clientId !== undefined && !isName(clientId))) {
    throw new TypeError(
      'A principal needs a non-empty issuer and subject, and a clientId that is absent or non-empty.',
    );
  }
  // JSON quotes its parts, so no issuer can be written that swallows the subject beside it.
  const text = JSON.stringify([issuer, subject, clientId ?? null]);
  return createHash('sha256').update(text).digest('base64url').slice(0, LENGTH);
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';
