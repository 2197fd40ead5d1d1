import { isHttpException } from '../../nest/http-exception.js';
import { McpError } from '../../protocol/errors.js';
import { PrincipalRefusedError } from '../../session/principal-resolver.js';
import { UnidentifiedUserError } from '../../session/user-principal-resolver.js';
import type { HttpContext } from './http-context.js';
import { recordRefusal, refuse } from './refuse.js';

/**
 * Responds 401, 403 or 400, as the resolver decided.
 *
 * @throws any other error of the resolver, which is a fault, not a decision
 */
export function refusePrincipal(http: HttpContext, error: unknown, report: (error: unknown) => void): void {
  const refused = toRefusedError(error);
  if (!refused) throw error;
  if (refused instanceof UnidentifiedUserError) report(refused);
  const { status, message, wwwAuthenticate } = refused;
  const headers = wwwAuthenticate === undefined ? undefined : { 'www-authenticate': wwwAuthenticate };
  // Elsewhere 400 is about the message, and nothing to record.
  if (status === 400) recordRefusal(http, status, 'unauthenticated');
  refuse(http, status, new McpError(status, message), undefined, headers);
}

function toRefusedError(error: unknown): PrincipalRefusedError | undefined {
  if (error instanceof PrincipalRefusedError) return error;
  if (!isHttpException(error)) return undefined;
  const status = error.getStatus();
  return status === 401 || status === 403 ? new PrincipalRefusedError(status, error.message) : undefined;
}
