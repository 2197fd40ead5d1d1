import type { OutgoingHttpHeaders } from 'node:http';
import type { SerializedResponse } from '../../engine/response-writer.js';

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

/** An answer to a caller that needs another token: 401 if it has none at all. */
export type Challenge = Required<Pick<SerializedResponse, 'status' | 'requiredScopes'>>;

/** What two requests in one response need together: a client asks its user once (O-11). */
export function joined(one: Challenge | undefined, { status, requiredScopes }: SerializedResponse) {
  if (!requiredScopes || !one) return requiredScopes ? { status, requiredScopes } : one;
  return {
    status: Math.min(one.status, status),
    requiredScopes: [...new Set([...one.requiredScopes, ...requiredScopes])],
  };
}

export const challengeHeaders = (
  { status, requiredScopes }: Challenge,
  writer: ChallengeWriter = PLAIN_CHALLENGES,
): OutgoingHttpHeaders => ({
  'www-authenticate': status === 401 ? writer.missingToken(requiredScopes) : writer.insufficientScope(requiredScopes),
});
