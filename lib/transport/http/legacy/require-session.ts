import { McpError } from '../../../protocol/errors.js';
import type { RequestId } from '../../../protocol/messages.js';
import { isLegacyRevision } from '../../../protocol/revisions.js';
import { isSessionId } from '../../../session/session-id.js';
import type { SessionRecord } from '../../../session/session-record.js';
import type { SessionStore } from '../../../session/session-store.js';
import { headerOf, type HttpContext } from '../http-context.js';
import { LegacyCode, refuse } from '../refuse.js';

/**
 * Loads the session that a legacy request names, which renews its TTL. Otherwise it sends the error and returns
 * `undefined`: 400 for an unsupported version or a missing id, and 404 for a session that is unknown, ended, or another
 * principal's (G-10, G-11, SEC3, SEC11).
 */
export async function requireSession(
  http: HttpContext,
  sessions: SessionStore,
  principal: string,
  requestId?: RequestId,
): Promise<SessionRecord | undefined> {
  const version = headerOf(http, 'mcp-protocol-version');
  const refuseBadRequest = (message: string) =>
    refuse(http, 400, new McpError(LegacyCode.BadRequest, message), requestId);
  if (version !== undefined && !isLegacyRevision(version)) {
    refuseBadRequest('Bad Request: unsupported MCP-Protocol-Version');
    return undefined;
  }
  const id = headerOf(http, 'mcp-session-id');
  if (id === undefined) {
    refuseBadRequest('Bad Request: Mcp-Session-Id header is required');
    return undefined;
  }
  const session = isSessionId(id) ? await sessions.load({ principal, id }) : undefined;
  if (!session) refuse(http, 404, new McpError(LegacyCode.SessionNotFound, 'Session not found'), requestId);
  return session;
}
