import type { Exchange } from '../../exchange/exchange.js';
import type { McpAuditCaller } from '../../observe/audit-event.js';
import type { InspectorSettings } from '../inspector-options.js';
import { clientName } from '../lists/session-list.js';
import type { Caller } from '../wire/caller.js';

/** Who has caused an event, as far as the page may show it. */
export function callerOfEvent(
  { who, session }: { readonly who: McpAuditCaller; readonly session?: string },
  exchange: Exchange | undefined,
  { showPrincipals }: Pick<InspectorSettings, 'showPrincipals'>,
): Caller {
  const client = clientName(exchange?.peer.clientInfo);
  return {
    principal: who.principal,
    ...(showPrincipals && who.subject !== undefined && { subject: who.subject }),
    ...(client !== undefined && { client }),
    ...(session !== undefined && { session }),
  };
}
