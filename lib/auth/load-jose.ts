import { isMissingPackage } from '../packages/missing-package.js';

export type Jose = typeof import('jose');

/** @throws {Error} when jose is not installed; the message says how to install it */
export async function loadJose(): Promise<Jose> {
  try {
    return await import('jose');
  } catch (error) {
    if (!isMissingPackage(error)) throw error;
    throw new Error('The option "auth" needs the package jose. Install it: npm install jose', { cause: error });
  }
}
