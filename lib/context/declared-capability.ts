import type { Peer } from '../exchange/peer.js';
import { missingCapabilities } from '../interaction/input-request.js';
import { extensionSettings } from '../protocol/extension.js';
import { isObject } from '../protocol/messages.js';

/** Whether a client declared a capability, given as a path; see `McpContext.can()`. */
export function declaresCapability({ clientCapabilities, revision }: Peer, capability: string): boolean {
  if (/^elicitation(\.form|\.url)?$/.test(capability)) {
    const mode = capability === 'elicitation.url' ? 'url' : 'form';
    return !missingCapabilities({ method: 'elicitation/create', params: { mode } }, clientCapabilities, revision);
  }
  // Only the identifiers of extensions have a slash.
  if (capability.includes('/')) return extensionSettings(clientCapabilities, capability) !== undefined;
  let at: unknown = clientCapabilities;
  for (const step of capability.split('.')) {
    if (!isObject(at) || !Object.hasOwn(at, step)) return false;
    at = at[step];
  }
  return at !== undefined && at !== false;
}
