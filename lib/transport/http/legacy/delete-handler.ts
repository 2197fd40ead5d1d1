import { principalId } from '../../../session/principal.js';
import type { LegacyServices } from '../../legacy-services.js';
import { type HttpContext, sendJson, senderOf } from '../http-context.js';
import { refuseUnknownSession, requireKey } from './require-session.js';

/** Serves DELETE: ends the session and all its streams, on every instance (G-12). */
export class DeleteHandler {
  constructor(private readonly services: Pick<LegacyServices, 'sessions' | 'bus' | 'observer' | 'report'>) {}

  async delete(http: HttpContext): Promise<void> {
    const { sessions, bus, observer, report } = this.services;
    const session = requireKey(http, principalId(http.principal));
    if (!session) return;
    const openedAt = observer.isTold('session-end') ? (await sessions.peek(session))?.openedAt : undefined;
    if (!(await sessions.end(session))) return refuseUnknownSession(http);
    sendJson(http, 204);
    observer.sessionEnded({ ...session, openedAt }, senderOf(http));
    // What runs in it on any instance is cancelled: nobody can get its results any more.
    await bus.publish({ type: 'session-ended', session }).catch(report);
  }
}
