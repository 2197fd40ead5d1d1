import { endSession, type SessionEnding } from '../../../engine/end-session.js';
import { callerOf } from '../../../observe/caller-of.js';
import { principalId } from '../../../session/principal.js';
import { type HttpContext, sendJson, senderOf } from '../http-context.js';
import { refuseUnknownSession, requireKey } from './require-session.js';

/** Serves DELETE: ends the session and all its streams, on every instance (G-12). */
export class DeleteHandler {
  constructor(private readonly services: SessionEnding) {}

  async delete(http: HttpContext): Promise<void> {
    const session = requireKey(http, principalId(http.principal));
    if (!session) return;
    const { principal, address } = senderOf(http);
    const hasEnded = await endSession(this.services, session, callerOf(principal, address), () => sendJson(http, 204));
    if (!hasEnded) refuseUnknownSession(http);
  }
}
