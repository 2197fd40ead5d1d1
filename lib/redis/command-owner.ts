import { ANONYMOUS } from '../session/principal.js';
import type { SessionKey } from '../session/session-record.js';

/**
 * On whose account the commands for a session are sent: its principal's, so that many sessions get no more turns than
 * one. Anonymous clients have one principal in common, so that only their sessions tell them apart.
 */
export const commandOwner = ({ principal, id }: SessionKey): string =>
  principal === ANONYMOUS ? `${principal}:${id}` : principal;
