import type { ChangeBus } from '../../../broker/change-bus.js';
import { type Principal, principalId } from '../../../session/principal.js';
import type { SessionStore } from '../../../session/session-store.js';
import { type HttpContext, sendJson } from '../http-context.js';
import { requireSession } from './require-session.js';

/** Serves DELETE: ends the session and all its streams, on every instance (G-12). */
export class DeleteHandler {
  constructor(
    private readonly sessions: SessionStore,
    private readonly bus: ChangeBus,
    private readonly report: (error: unknown) => void,
  ) {}

  async delete(http: HttpContext, principal?: Principal): Promise<void> {
    const session = await requireSession(http, this.sessions, principalId(principal));
    if (!session) return;
    const ended = await this.sessions.end(session);
    sendJson(http, 204);
    if (!ended) return;
    const { principal: owner, id } = session;
    // What runs in it on any instance is cancelled: nobody can get its results any more.
    await this.bus.publish({ type: 'session-ended', session: { principal: owner, id } }).catch(this.report);
  }
}
