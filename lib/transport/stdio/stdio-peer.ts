import type { Peer } from '../../exchange/exchange.js';
import type { Envelope } from '../../protocol/envelope.js';
import { MODERN_REVISION } from '../../protocol/revisions.js';
import { ANONYMOUS } from '../../session/principal.js';
import type { SessionRecord } from '../../session/session-record.js';

/** Whoever started the process; its credentials are those of the process's environment (D-6). */
const PIPE = { principal: undefined, principalId: ANONYMOUS, headers: {}, http: undefined } as const;

export const modernPeer = ({ clientCapabilities, clientInfo, logLevel }: Envelope): Peer => ({
  ...PIPE,
  era: 'modern',
  revision: MODERN_REVISION,
  clientCapabilities,
  clientInfo,
  logLevel,
  session: undefined,
});

export const legacyPeer = (session: SessionRecord): Peer => ({
  ...PIPE,
  era: 'legacy',
  revision: session.revision,
  clientCapabilities: session.clientCapabilities,
  clientInfo: session.clientInfo,
  logLevel: session.logLevel,
  session,
});
