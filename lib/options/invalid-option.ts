import { knownAcrossCopies } from '../packages/known-across-copies.js';

/**
 * An invalid option. It is thrown when the module is created, and the message names the option and what is allowed.
 *
 * @publicApi
 */
export class McpOptionsError extends Error {
  static {
    knownAcrossCopies(this, 'McpOptionsError');
  }

  override readonly name = 'McpOptionsError';
}

/** @param problem what is wrong, and what is allowed, without a full stop */
export const invalid = (name: string, problem: string) => new McpOptionsError(`McpModule option "${name}" ${problem}.`);

/** @throws {McpOptionsError} for a member that the option does not have */
export function requireMembers(name: string, value: object, known: readonly string[]): void {
  const unknown = Object.keys(value).find((member) => !known.includes(member));
  if (unknown !== undefined) {
    throw invalid(name, `has no field "${unknown}"; its fields are "${known.join('", "')}"`);
  }
}

/** @throws {McpOptionsError} unless the value is a whole number of at least `minimum` */
export function requireWholeNumber(name: string, value: unknown, minimum: number): void {
  if (!Number.isSafeInteger(value) || (value as number) < minimum) {
    throw invalid(name, `is ${String(value)}; it must be a whole number of at least ${minimum}`);
  }
}
