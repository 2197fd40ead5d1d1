import { isHttpException } from '../nest/http-exception.js';
import type { BoundPolicy } from './entry-access.js';

/** Whether all policies allow it. The first that does not ends the question, and one that throws does not allow it. */
export function askPolicies(
  policies: readonly BoundPolicy[],
  ask: (policy: BoundPolicy) => boolean | Promise<boolean>,
  report: (error: unknown) => void,
): boolean | Promise<boolean> {
  const failed = (error: unknown): false => {
    // A guard says no by throwing 401 or 403.
    if (!isHttpException(error)) report(error);
    return false;
  };
  for (const [index, policy] of policies.entries()) {
    let decision: boolean | Promise<boolean>;
    try {
      decision = ask(policy);
    } catch (error) {
      return failed(error);
    }
    if (typeof decision !== 'boolean' && isPromise(decision)) {
      const rest = policies.slice(index + 1);
      return decision.then((allowed) => allowed === true && askPolicies(rest, ask, report), failed);
    }
    if (decision !== true) return false;
  }
  return true;
}

const isPromise = (value: unknown): value is Promise<boolean> =>
  typeof (value as Partial<Promise<boolean>> | undefined)?.then === 'function';
