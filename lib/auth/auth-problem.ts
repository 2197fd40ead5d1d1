/** What is wrong with the option `auth`, as the rest of a sentence that begins with its name. */
export class AuthProblem extends Error {
  override readonly name = 'AuthProblem';
}

/** @throws {AuthProblem} unless the value is a list of texts that are not empty */
export function requireTexts(field: string, value: unknown): void {
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string' && one !== '')) {
    throw new AuthProblem(`requires "${field}" to be a list of texts`);
  }
}

/** @throws {AuthProblem} unless each is a scope of RFC 6749: printable, without spaces, quotes and backslashes */
export function requireScopes(field: string, value: unknown): void {
  requireTexts(field, value);
  for (const scope of value as readonly string[]) {
    if (!isScope(scope)) throw new AuthProblem(`has a scope in "${field}" that no token can have: "${scope}"`);
    // A client asks for it by itself when it wants a refresh token (O-5).
    if (scope === 'offline_access') throw new AuthProblem(`must not have "offline_access" in "${field}"`);
  }
}

export const isScope = (text: string): boolean => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text);

/** @throws {AuthProblem} for a value that is not among those that are allowed */
export function requireOneOf(field: string, value: unknown, allowed: readonly unknown[]): void {
  if (value === undefined || allowed.includes(value)) return;
  const names = allowed.map((one) => JSON.stringify(one)).join(' or ');
  throw new AuthProblem(`requires "${field}" to be ${names}`);
}

/** @throws {AuthProblem} for a field that does not exist */
export function requireFields(field: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null) throw new AuthProblem(`requires ${field} to be an object`);
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new AuthProblem(`has no field "${unknown}" in ${field}; its fields are "${known.join('", "')}"`);
}
