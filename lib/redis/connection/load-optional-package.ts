import { isMissingPackage } from '../../packages/missing-package.js';

/**
 * Loads an optional peer dependency when it is needed, so that a server in memory can do without it.
 *
 * @throws {Error} when it is not installed; the message says how to install it
 */
export async function loadOptionalPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!isMissingPackage(error)) throw error;
    throw new Error(
      `The option "redis" needs the package ${name}. Install it: npm install ioredis @nestjs/microservices`,
      {
        cause: error,
      },
    );
  }
}
