import { ANONYMOUS, type Principal, principalId } from '../session/principal.js';
import type { McpAuditCaller } from './audit-event.js';

/** The callers by their principals: all requests with one token share one. */
const known = new WeakMap<Principal, McpAuditCaller>();

/** Who somebody is, without the rest of what a token says: claims may be confidential, and tokens always are. */
export function callerOf(principal: Principal | undefined, address: string | undefined): McpAuditCaller {
  if (!principal) return address === undefined ? ANONYMOUS_CALLER : { principal: ANONYMOUS, address };
  let caller = known.get(principal);
  if (caller && caller.address === address) return caller;
  caller = Object.freeze(describe(principal, address));
  known.set(principal, caller);
  return caller;
}

const ANONYMOUS_CALLER: McpAuditCaller = Object.freeze({ principal: ANONYMOUS });

const describe = (principal: Principal, address: string | undefined): McpAuditCaller => {
  const { issuer, subject, clientId, tenant } = principal;
  return {
    principal: principalId(principal),
    issuer,
    subject,
    ...(clientId !== undefined && { clientId }),
    ...(tenant !== undefined && { tenant }),
    ...(address !== undefined && { address }),
  };
};
