import { ANONYMOUS, type Principal, principalId } from '../session/principal.js';
import type { McpAuditCaller } from './audit-event.js';

/** Who somebody is, without the rest of what a token says: claims may be confidential, and tokens always are. */
export function callerOf(principal: Principal | undefined, address: string | undefined): McpAuditCaller {
  if (!principal) return address === undefined ? ANONYMOUS_CALLER : { principal: ANONYMOUS, address };
  const { issuer, subject, clientId, tenant } = principal;
  return {
    principal: principalId(principal),
    issuer,
    subject,
    ...(clientId !== undefined && { clientId }),
    ...(tenant !== undefined && { tenant }),
    ...(address !== undefined && { address }),
  };
}

const ANONYMOUS_CALLER: McpAuditCaller = { principal: ANONYMOUS };
