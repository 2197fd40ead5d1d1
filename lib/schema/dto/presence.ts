import type { Findings } from './findings.js';
import type { PropertyModel } from './model.js';

/** The author's own message if there is one, because "Tell me the city" is better than a generic message. */
export const absence = ({ rules }: PropertyModel, object: object): string =>
  rules.find((rule) => rule.hasOwnMessage)?.message(object, undefined) ?? 'is required';

/**
 * Whether the conditions require the property to be checked. A condition that throws is treated like a rule that
 * throws.
 */
export function holds({ conditions }: PropertyModel, object: object, value: unknown, findings: Findings): boolean {
  try {
    return conditions.every((condition) => condition.holds(object, value));
  } catch (error) {
    findings.fault ??= { error };
    return false;
  }
}
