import type { McpAuditReason } from '../../observe/audit-event.js';
import { isHttpException } from '../../nest/http-exception.js';
import { McpError } from '../../protocol/errors.js';
import { PrincipalRefusedError } from '../../session/principal-resolver.js';
import { UnidentifiedUserError } from '../../session/user-principal-resolver.js';
import type { HttpContext } from './http-context.js';
import { refuse } from './refuse.js';

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
  refuse(http, status, new McpError(status, message), undefined, headers, reasonOf(refused));
}

function reasonOf({ status, wwwAuthenticate }: PrincipalRefusedError): McpAuditReason {
  if (status !== 403) return 'unauthenticated';
  return wwwAuthenticate?.includes('error="insufficient_scope"') ? 'scope' : 'forbidden';
}

function toRefusedError(error: unknown): PrincipalRefusedError | undefined {
  if (error instanceof PrincipalRefusedError) return error;
  if (!isHttpException(error)) return undefined;
  const status = error.getStatus();
  return status === 401 || status === 403 ? new PrincipalRefusedError(status, error.message) : undefined;
}
