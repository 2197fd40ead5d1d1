import { AuthPrincipalResolver } from './auth/auth-principal-resolver.js';
import { checkResource } from './auth/check-resource.js';
import { McpOptionsError } from './options/invalid-option.js';
import type { McpRuntime } from './server/mcp-runtime.js';

/**
 * Checks the option `auth` against the rest of the application.
 *
 * @param paths where the endpoint is
 * @throws {McpOptionsError} if no client could use the server, or if its tokens would not be asked for
 */
export function requireResource({ options, backends, logger }: McpRuntime, paths: readonly string[]): void {
  if (options.auth === undefined || paths.length === 0) return;
  const { principals } = backends;
  if (!(principals instanceof AuthPrincipalResolver)) {
    throw new McpOptionsError(
      'McpModule option "auth" is set, and the application provides a PrincipalResolver, which would decide instead. Remove one of them, or provide a TokenVerifier.',
    );
  }
  const { allowedHosts, dangerouslyAllowAnyHost: allowsAnyHost } = options;
  const { error, advice } = checkResource(principals.settings, { paths, allowedHosts, allowsAnyHost });
  if (error !== undefined) throw new McpOptionsError(error);
  if (advice !== undefined) logger.warn(advice);
}
