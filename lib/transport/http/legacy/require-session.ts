import { McpError } from '../../../protocol/errors.js';
import type { RequestId } from '../../../protocol/messages.js';
import { isLegacyRevision } from '../../../protocol/revisions.js';
import { isSessionId } from '../../../session/session-id.js';
import type { SessionRecord } from '../../../session/session-record.js';
import type { SessionStore } from '../../../session/session-store.js';
import { headerOf, type HttpContext } from '../http-context.js';
import { LegacyCode, refuse } from '../refuse.js';

/**
 * The session a legacy request names, or `undefined` after the refusal was sent: 400 for a version that is not served
 * or a missing id, 404 for a session that is unknown, over, or somebody else's (G-10, G-11, S3, S11). Slides its TTL.
 */
export async function requireSession(
  http: HttpContext,
  sessions: SessionStore,
  principal: string,
  requestId?: RequestId,
): Promise<SessionRecord | undefined> {
  const version = headerOf(http, 'mcp-protocol-version');
  const bad = (message: string) => refuse(http, 400, new McpError(LegacyCode.BadRequest, message), requestId);
  if (version !== undefined && !isLegacyRevision(version)) {
    bad('Bad Request: unsupported MCP-Protocol-Version');
    return undefined;
  }
  const id = headerOf(http, 'mcp-session-id');
  if (id === undefined) {
    bad('Bad Request: Mcp-Session-Id header is required');
    return undefined;
  }
  const session = isSessionId(id) ? await sessions.load({ principal, id }) : undefined;
  if (!session) refuse(http, 404, new McpError(LegacyCode.SessionNotFound, 'Session not found'), requestId);
  return session;
}
