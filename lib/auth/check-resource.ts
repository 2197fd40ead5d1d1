import type { AuthSettings } from './auth-settings.js';

/** Where the application really serves the resource. */
export interface ServedAt {
  readonly paths: readonly string[];
  /** `undefined` for the names of this machine. */
  readonly allowedHosts: readonly string[] | undefined;
  readonly allowsAnyHost: boolean;
}

/**
 * Compares the resource with the endpoint. A client that finds another URL in the metadata than the one it was given
 * stops there.
 *
 * @returns `error` for what cannot work, `advice` for what may be intended, each a sentence
 */
export function checkResource(
  { resource, path, host }: AuthSettings,
  { paths, allowedHosts, allowsAnyHost }: ServedAt,
): { readonly error?: string; readonly advice?: string } {
  const served = paths.map((one) => (one === '/' ? '' : one.replace(/\/$/, '')));
  const isExact = served.some((one) => one === path || isPattern(one));
  // A proxy may take the beginning of the path away.
  const isBehindProxy = served.some((one) => one !== '' && path.endsWith(one));
  if (!isExact && !isBehindProxy) {
    return {
      error: `McpModule option "auth" has the resource ${resource}, but the endpoint is at ${paths.join(', ')}. Give the URL of the endpoint itself, as clients type it.`,
    };
  }
  const name = host.replace(/:\d+$/, '');
  const hosts = allowedHosts ?? ['localhost', '127.0.0.1', '[::1]'];
  const isAllowed = allowsAnyHost || hosts.some((one) => [host, name].includes(one.toLowerCase()));
  if (isAllowed) return {};
  return {
    advice: `Clients call this server ${host}, and requests with this Host are refused: add it to the option "allowedHosts", unless a proxy replaces Host.`,
  };
}

const isPattern = (path: string): boolean => /[:*{(]/.test(path);
