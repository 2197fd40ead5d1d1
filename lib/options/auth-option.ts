import type { AuthOptions } from '../auth/auth-options.js';
import { AuthProblem } from '../auth/auth-problem.js';
import { authSettings } from '../auth/auth-settings.js';

/** @returns what is wrong with the option `auth`, as the rest of a sentence */
export function authProblem(given: AuthOptions | undefined): string | undefined {
  if (given === undefined) return undefined;
  try {
    authSettings(given);
  } catch (error) {
    if (error instanceof AuthProblem) return error.message;
    throw error;
  }
  return undefined;
}
