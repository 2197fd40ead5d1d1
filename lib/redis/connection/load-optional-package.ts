/**
 * Loads an optional peer the moment it is needed, so that a server in memory needs none of them.
 *
 * @throws {Error} with the sentence that helps, when it is not installed
 */
export async function loadOptionalPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error(
      `The option "redis" needs the package ${name}. Install it: npm install ioredis @nestjs/microservices`,
      {
        cause: error,
      },
    );
  }
}
