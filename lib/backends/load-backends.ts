import type { Logger } from '@nestjs/common';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { ThrottledReporter } from '../report/throttled-reporter.js';
import type { BackendFactories } from './backends.js';
import { MemoryBackends } from './memory-backends.js';

/**
 * Loads the default parts: on Redis if the option `redis` is set, otherwise in memory. All that is for Redis is loaded only
 * with the option, because it is a fifth of the code.
 *
 * @param server the name of the server in its application
 * @throws {McpOptionsError} when the option `redis` is invalid
 * @throws {Error} when an optional package is not installed
 */
export async function loadBackends(
  options: ResolvedOptions,
  server: string | undefined,
  reporter: ThrottledReporter,
  logger: Logger,
): Promise<BackendFactories> {
  if (options.redis === undefined) return new MemoryBackends(options, reporter.report);
  const { RedisBackends } = await import('./redis-backends.js');
  return RedisBackends.load(options, server, reporter, logger);
}
