import {
  LimitExceededError,
  AuthenticationRequiredError,
  CapacityError,
  ErrorCode,
  InsufficientScopeError,
  type McpError,
  ResourceNotFoundError,
} from './errors.js';
import type { JsonRpcErrorObject } from './messages.js';
import type { Era } from './revisions.js';

const DEFINED = new Set<number>(Object.values(ErrorCode));
/** The code of "URL elicitation required", which only revision 2025-11-25 has. */
const URL_ELICITATION_REQUIRED = -32042;
const LEGACY_ONLY = new Set<number>([ErrorCode.ResourceNotFound, URL_ELICITATION_REQUIRED]);

/** Codes of the reserved range that the specification does not define must not be sent (C-2). */
const isUndefinedReserved = (code: number) =>
  code <= -32020 && code >= -32099 && !DEFINED.has(code) && code !== URL_ELICITATION_REQUIRED;

/** The error with the code this era uses. Codes that are not integers become `InternalError` (C-2, C-3, §2.6). */
export function wireError(error: McpError, era: Era): JsonRpcErrorObject {
  if (error instanceof ResourceNotFoundError && era === 'legacy') {
    return { ...error.toJSON(), code: ErrorCode.ResourceNotFound };
  }
  if (!Number.isSafeInteger(error.code) || isUndefinedReserved(error.code))
    return { ...error.toJSON(), code: ErrorCode.InternalError };
  if (era === 'modern' && LEGACY_ONLY.has(error.code)) return { ...error.toJSON(), code: ErrorCode.InvalidParams };
  return error.toJSON();
}

/**
 * HTTP status of a legacy error response that is all there is in the answer, whose headers are not sent yet. Legacy
 * clients take the status of most errors for that of the connection, but have to know when to come back, and with which
 * token (O-10).
 */
export const legacyHttpStatusOf = (error: McpError): number =>
  error instanceof LimitExceededError ? 429 : (statusOfChallenge(error) ?? 200);

const statusOfChallenge = (error: McpError): 401 | 403 | undefined => {
  if (error instanceof InsufficientScopeError) return 403;
  return error instanceof AuthenticationRequiredError ? 401 : undefined;
};

/** HTTP status of a modern error response whose headers are not sent yet (decision table rows 21, 22, 24-26). */
export function httpStatusOf(error: McpError): number {
  if (error instanceof CapacityError) return error.status;
  const challenge = statusOfChallenge(error);
  if (challenge) return challenge;
  switch (error.code) {
    case ErrorCode.MethodNotFound:
      return 404;
    case ErrorCode.MissingClientCapability:
    case ErrorCode.HeaderMismatch:
      return 400;
    default:
      return 200;
  }
}
