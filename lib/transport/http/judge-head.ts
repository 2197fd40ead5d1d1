import { ErrorCode, McpError } from '../../protocol/errors.js';
import { headerOf, type HttpContext } from './http-context.js';
import type { OriginPolicy } from './origin-policy.js';

/** Why a request is refused before its body is read. */
export interface HeadRefusal {
  readonly status: number;
  readonly error: McpError;
}

const refusal = (status: number, message: string): HeadRefusal => ({
  status,
  error: new McpError(ErrorCode.InvalidRequest, message),
});

/**
 * Judges what the head of a request says, before a byte of its body is kept: whoever reaches the port could otherwise
 * fill the memory with bodies that are refused in the end.
 */
export function judgeHead(http: HttpContext, policy: OriginPolicy, maxBodyBytes: number): HeadRefusal | undefined {
  if (!policy.allowsHost(headerOf(http, 'host'))) return notAllowed('Host', 'allowedHosts');
  if (!policy.allowsOrigin(headerOf(http, 'origin'))) return notAllowed('Origin', 'allowedOrigins');
  if (http.verb === 'POST') {
    const type = headerOf(http, 'content-type');
    if (type?.split(';', 1)[0]!.trim().toLowerCase() !== 'application/json') {
      return refusal(415, 'Content-Type must be application/json');
    }
    const coding = headerOf(http, 'content-encoding');
    if (coding !== undefined && coding.trim().toLowerCase() !== 'identity') {
      return refusal(415, `Content-Encoding "${coding.slice(0, 40)}" is not supported; send the body as it is`);
    }
  }
  const length = headerOf(http, 'content-length');
  if (length !== undefined && Number(length) > maxBodyBytes) return BODY_TOO_LARGE;
  return undefined;
}

export const BODY_TOO_LARGE = refusal(413, 'The body is too large');
export const CHUNKS_TOO_SMALL = refusal(413, 'The body comes in chunks that are too small');

const notAllowed = (header: string, option: string): HeadRefusal =>
  refusal(403, `${header} is not allowed. The server's operator can list it in the option ${option}.`);
