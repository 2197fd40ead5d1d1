import { createHash } from 'node:crypto';

/**
 * The identity a request acts for. It comes from the request's verified token, never from session state (SEC13).
 *
 * @publicApi
 */
export interface Principal {
  /** The authority that issued the token. */
  readonly issuer: string;
  /** The user, unique for the issuer. */
  readonly subject: string;
  /** The OAuth client. It is part of the identity, so two applications of one user do not share sessions. */
  readonly clientId?: string;
  /** The OAuth scopes that were granted. Default: none. */
  readonly scopes?: readonly string[];
  /** The roles of the user, for `@McpRoles()`. Default: none. */
  readonly roles?: readonly string[];
  /** The organisation of the user. Default: none. */
  readonly tenant?: string;
  /** When the token expires, in ms since the epoch. Default: never. */
  readonly expiresAt?: number;
  readonly [claim: string]: unknown;
}

/** The `principalId()` of unauthenticated requests. It is too short to equal the hash of a principal. */
export const ANONYMOUS = 'anon';

/** 32 base64url characters are 192 bits. */
const LENGTH = 32;

/** Caches the result of `identify` for as long as the principal object exists. */
const cache = new WeakMap<Principal, string>();

/**
 * The id of a principal in session keys, Redis keys and sealed states. It does not change with a token refresh, and it
 * is a hash, because keys appear in tools and dumps that must not contain e-mail addresses.
 *
 * The id is computed once per object, so a principal must not be modified afterwards.
 *
 * @returns 32 base64url characters; `anon` without a principal
 * @throws TypeError if the issuer or the subject is missing or empty, or if the clientId is empty
 * @publicApi
 */
export function principalId(principal?: Principal): string {
  if (principal === undefined) return ANONYMOUS;
  let id = cache.get(principal);
  if (id === undefined) cache.set(principal, (id = identify(principal)));
  return id;
}

function identify({ issuer, subject, clientId }: Principal): string {
  // Without this check a careless verifier would produce [null, null, null] for everyone: one owner of all sessions.
  if (!isName(issuer) || !isName(subject) || (clientId !== undefined && !isName(clientId))) {
    throw new TypeError(
      'A principal needs a non-empty issuer and subject, and a clientId that is absent or non-empty.',
    );
  }
  // JSON quotes the parts, so no issuer can be chosen to absorb the subject that follows it.
  const text = JSON.stringify([issuer, subject, clientId ?? null]);
  return createHash('sha256').update(text).digest('base64url').slice(0, LENGTH);
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';
