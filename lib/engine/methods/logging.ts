import { invalidParams, McpError, ErrorCode } from '../../protocol/errors.js';
import { isLogLevel, LOG_LEVELS } from '../../protocol/log-levels.js';
import type { SessionChanges } from '../../broadcast/session-changes.js';
import type { SessionStore } from '../../session/session-store.js';
import type { Method } from '../method.js';

/** `logging/setLevel`. The level is stored in the session, so that it applies on every instance. */
export const setLevel = (sessions: SessionStore, changes: SessionChanges): Method => ({
  name: 'logging/setLevel',
  eras: ['legacy'],
  async run({ level }, { peer }) {
    if (!isLogLevel(level)) throw invalidParams(`"level" must be one of ${LOG_LEVELS.join(', ')}`);
    if (!peer.session || !(await sessions.update(peer.session, { logLevel: level }))) {
      throw new McpError(ErrorCode.InvalidRequest, 'logging/setLevel needs a session');
    }
    await changes.announce(peer.session);
    return {};
  },
});
