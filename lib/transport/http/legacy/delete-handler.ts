import { type Principal, principalId } from '../../../session/principal.js';
import type { SessionStore } from '../../../session/session-store.js';
import { type HttpContext, sendJson } from '../http-context.js';
import { requireSession } from './require-session.js';

/** Serves DELETE: ends the session and all its streams, on every instance (G-12). */
export class DeleteHandler {
  constructor(private readonly sessions: SessionStore) {}

  async delete(http: HttpContext, principal?: Principal): Promise<void> {
    const session = await requireSession(http, this.sessions, principalId(principal));
    if (!session) return;
    await this.sessions.end(session);
    sendJson(http, 204);
  }
}
