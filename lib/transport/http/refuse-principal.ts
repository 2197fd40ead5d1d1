import { HttpException } from '@nestjs/common';
import { McpError } from '../../protocol/errors.js';
import { PrincipalRefusedError } from '../../session/principal-resolver.js';
import type { HttpContext } from './http-context.js';
import { refuse } from './refuse.js';

/** Answers 401 or 403 as the resolver wants it. @throws whatever else it threw: that is a fault, not a refusal */
export function refusePrincipal(http: HttpContext, error: unknown): void {
  const refusal = asRefusal(error);
  if (!refusal) throw error;
  const { status, message, wwwAuthenticate } = refusal;
  const headers = wwwAuthenticate === undefined ? undefined : { 'www-authenticate': wwwAuthenticate };
  refuse(http, status, new McpError(status, message), undefined, headers);
}

function asRefusal(error: unknown): PrincipalRefusedError | undefined {
  if (error instanceof PrincipalRefusedError) return error;
  const status = error instanceof HttpException ? error.getStatus() : undefined;
  if (status !== 401 && status !== 403) return undefined;
  return new PrincipalRefusedError(status, (error as HttpException).message);
}
