import { modernPeer, type Peer } from '../exchange/peer.js';
import { isLegacyRevision } from '../protocol/revisions.js';
import type { TaskRecord } from './task-record.js';

/**
 * Returns the peer on whose behalf a task is run again. Only the identity of the caller is left of the request: guards
 * that read the HTTP request find none, as on stdio.
 */
export function callerPeer({ principal: principalId, caller }: TaskRecord): Peer {
  const { revision, principal, client, clientCapabilities, clientInfo } = caller;
  const peer = modernPeer({ clientCapabilities, clientInfo }, { principal, client, via: 'process' });
  return { ...peer, era: isLegacyRevision(revision) ? 'legacy' : 'modern', revision, principalId };
}
