const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** The metadata of a resource (RFC 9728, section 3) stands before the path of the resource. */
export const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** Whether a URL may be used for tokens and keys: they must not be readable on the way. */
export function isSecure({ protocol, hostname }: URL, allowHttp: boolean): boolean {
  if (protocol === 'https:') return true;
  return protocol === 'http:' && (allowHttp || LOOPBACK.test(hostname));
}

/** @returns the canonical form: lower-case scheme and host, no default port, and no slash instead of a path (O-3) */
export const canonicalUri = ({ origin, pathname, search }: URL): string =>
  `${origin}${pathname === '/' ? '' : pathname}${search}`;

/**
 * The form in which audiences are compared. Scheme and host may be written in any case, and other texts stay as
 * they are.
 */
export function comparableUri(text: string): string {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return text;
  const url = new URL(text);
  return url.hash === '' && url.username === '' ? canonicalUri(url) : text;
}

/** The path of a resource; empty for one that is a whole host. */
export const pathOf = ({ pathname }: URL): string => (pathname === '/' ? '' : pathname);
