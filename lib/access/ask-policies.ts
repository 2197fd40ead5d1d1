import { isHttpException } from '../nest/http-exception.js';
import type { AccessOperation } from './access-policy.js';
import type { BoundPolicy } from './entry-access.js';
import type { Exchange } from '../exchange/exchange.js';
import type { JsonObject } from '../protocol/messages.js';

/** What policies are asked. */
export interface Question {
  readonly exchange: Exchange;
  readonly operation: AccessOperation;
  readonly args?: JsonObject | undefined;
  /** For a policy that throws. */
  readonly report: (error: unknown) => void;
}

/** Whether all policies allow it. The first that does not ends the question, and one that throws does not allow it. */
export function askPolicies(
  policies: readonly BoundPolicy[],
  question: Question,
  first = 0,
): boolean | Promise<boolean> {
  const { exchange, operation, args } = question;
  for (let index = first; index < policies.length; index++) {
    let decision: unknown;
    try {
      decision = policies[index]!(exchange, operation, args);
    } catch (error) {
      return denied(error, question);
    }
    if (decision === true) continue;
    if (!isPromise(decision)) return false;
    return decision.then(
      (allowed) => allowed === true && askPolicies(policies, question, index + 1),
      (error: unknown) => denied(error, question),
    );
  }
  return true;
}

function denied(error: unknown, { report }: Question): false {
  // A guard says no by throwing 401 or 403.
  if (!isHttpException(error)) report(error);
  return false;
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof (value as Partial<Promise<unknown>> | undefined)?.then === 'function';
