import { modernPeer, type Peer } from '../exchange/peer.js';
import { isLegacyRevision } from '../protocol/revisions.js';
import type { TaskRecord } from './task-record.js';

/**
 * Whom a further run of a task speaks for. Nothing is left of the request but who made it: guards that look for an HTTP
 * request find none, as on stdio.
 */
export function callerPeer({ principal: principalId, caller }: TaskRecord): Peer {
  const { revision, principal, clientCapabilities, clientInfo } = caller;
  const peer = modernPeer({ clientCapabilities, clientInfo }, { principal });
  return { ...peer, era: isLegacyRevision(revision) ? 'legacy' : 'modern', revision, principalId };
}
