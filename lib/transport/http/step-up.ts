import type { OutgoingHttpHeaders } from 'node:http';
import type { RequiredAccess } from '../../engine/response-writer.js';

/** Writes challenges, which tell a client which token it needs. */
export interface ChallengeWriter {
  /** @param scopes all scopes that the operation needs */
  missingToken(scopes: readonly string[]): string;
  insufficientScope(scopes: readonly string[]): string;
}

/** The challenges of a server whose tokens are its application's affair: nobody knows where to get them. */
export const PLAIN_CHALLENGES: ChallengeWriter = {
  missingToken: (scopes) => plain(undefined, scopes),
  insufficientScope: (scopes) => plain('error="insufficient_scope"', scopes),
};

function plain(error: string | undefined, scopes: readonly string[]): string {
  const writable = scopes.filter((scope) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope));
  const scope = writable.length > 0 ? `scope="${writable.join(' ')}"` : undefined;
  return ['Bearer', [error, scope].filter((one) => one !== undefined).join(', ')].join(' ').trimEnd();
}

/** What several requests in one response need together: a client asks its user once (O-11). */
export function joinRequired(all: readonly (RequiredAccess | undefined)[]): RequiredAccess | undefined {
  const known = all.filter((one) => one !== undefined);
  if (known.length === 0) return undefined;
  const status = known.some((one) => one.status === 401) ? 401 : 403;
  return { status, scopes: [...new Set(known.flatMap(({ scopes }) => scopes))] };
}

export const challengeHeaders = (
  { status, scopes }: RequiredAccess,
  writer: ChallengeWriter = PLAIN_CHALLENGES,
): OutgoingHttpHeaders => ({
  'www-authenticate': status === 401 ? writer.missingToken(scopes) : writer.insufficientScope(scopes),
});
