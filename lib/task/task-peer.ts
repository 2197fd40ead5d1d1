import type { Peer } from '../exchange/exchange.js';
import { isLegacyRevision } from '../protocol/revisions.js';
import type { TaskRecord } from './task-record.js';

/**
 * Who a further run speaks for. Of the request there is nothing left but who made it: guards that look for an HTTP
 * request find none, as on stdio.
 */
export function peerOf({ principal: principalId, caller }: TaskRecord): Peer {
  const { revision, principal, clientCapabilities, clientInfo } = caller;
  return {
    era: isLegacyRevision(revision) ? 'legacy' : 'modern',
    revision,
    principal,
    principalId,
    clientCapabilities,
    clientInfo,
    logLevel: undefined,
    session: undefined,
    headers: {},
    http: undefined,
  };
}
