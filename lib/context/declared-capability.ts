import type { Peer } from '../exchange/peer.js';
import { missingCapabilities } from '../interaction/input-request.js';
import { isObject } from '../protocol/messages.js';

/** Whether a client declared a capability, given as a path; see `McpContext.can()`. */
export function declaresCapability({ clientCapabilities, revision }: Peer, capability: string): boolean {
  if (/^elicitation(\.form|\.url)?$/.test(capability)) {
    const mode = capability === 'elicitation.url' ? 'url' : 'form';
    return !missingCapabilities({ method: 'elicitation/create', params: { mode } }, clientCapabilities, revision);
  }
  let at: unknown = clientCapabilities;
  for (const step of capability.split('.')) {
    if (!isObject(at) || !Object.hasOwn(at, step)) return false;
    at = at[step];
  }
  return at !== undefined && at !== false;
}
