import { McpError } from '../../../protocol/errors.js';
import type { RequestId } from '../../../protocol/messages.js';
import { isLegacyRevision } from '../../../protocol/revisions.js';
import { isSessionId } from '../../../session/session-id.js';
import type { SessionKey, SessionRecord } from '../../../session/session-record.js';
import type { SessionStore } from '../../../session/session-store.js';
import { headerOf, type HttpContext } from '../http-context.js';
import { LegacyCode, refuse } from '../refuse.js';

/**
 * Loads the session that a legacy request names, which renews its TTL. Otherwise it sends the error and returns
 * `undefined`: 404 for a session that is unknown, ended, or another principal's (G-11, SEC3), and that of `requireKey`.
 */
export async function requireSession(
  http: HttpContext,
  sessions: SessionStore,
  principal: string,
  requestId?: RequestId,
): Promise<SessionRecord | undefined> {
  const key = requireKey(http, principal, requestId);
  if (!key) return undefined;
  const session = await sessions.load(key);
  if (!session) refuseUnknownSession(http, requestId);
  return session;
}

/**
 * The session that a legacy request names. Otherwise it sends the error and returns `undefined`: 400 for an unsupported
 * version or a missing id, and 404 for an id that no session has (G-10, SEC11).
 */
export function requireKey(http: HttpContext, principal: string, requestId?: RequestId): SessionKey | undefined {
  const version = headerOf(http, 'mcp-protocol-version');
  const refuseBadRequest = (message: string): void =>
    refuse(http, 400, new McpError(LegacyCode.BadRequest, message), requestId);
  const id = headerOf(http, 'mcp-session-id');
  if (version !== undefined && !isLegacyRevision(version)) {
    refuseBadRequest('Bad Request: unsupported MCP-Protocol-Version');
  } else if (id === undefined) {
    refuseBadRequest('Bad Request: Mcp-Session-Id header is required');
  } else if (isSessionId(id)) {
    return { principal, id };
  } else {
    refuseUnknownSession(http, requestId);
  }
  return undefined;
}

export const refuseUnknownSession = (http: HttpContext, requestId?: RequestId): void =>
  refuse(http, 404, new McpError(LegacyCode.SessionNotFound, 'Session not found'), requestId);
