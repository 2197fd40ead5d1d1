/** The names of a server on the same machine. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

export interface OriginPolicyOptions {
  readonly allowedHosts?: readonly string[];
  readonly allowedOrigins?: readonly string[];
  readonly dangerouslyAllowAnyHost?: boolean;
}

/**
 * Checks `Host` and `Origin` against DNS rebinding: a page of an attacker whose domain was re-pointed at this server
 * sends that domain in both (SEC1, Z-1). Every request is checked, before anything else.
 */
export class OriginPolicy {
  readonly #hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;
  readonly #anyHost: boolean;
  /** The last one that was allowed: nearly all requests have the same. */
  #lastHost: string | undefined;

  constructor({ allowedHosts = LOOPBACK, allowedOrigins = [], dangerouslyAllowAnyHost = false }: OriginPolicyOptions) {
    this.#hosts = new Set(allowedHosts.map((host) => host.toLowerCase()));
    this.#origins = new Set(allowedOrigins.map((origin) => origin.toLowerCase()));
    this.#anyHost = dangerouslyAllowAnyHost;
  }

  /** An entry `name` allows any port, and an entry `name:port` only that port. */
  allowsHost(header: string | undefined): boolean {
    if (this.#anyHost) return true;
    if (header === undefined) return false;
    if (header === this.#lastHost) return true;
    const authority = parseAuthority(header);
    const isAllowed = authority !== undefined && (this.#hosts.has(authority.name) || this.#hosts.has(authority.whole));
    if (isAllowed) this.#lastHost = header;
    return isAllowed;
  }

  /**
   * A request without `Origin` is allowed, as only browsers send it. An origin on an allowed host is the server's own
   * page.
   */
  allowsOrigin(header: string | undefined): boolean {
    if (header === undefined) return true;
    const origin = header.toLowerCase();
    if (this.#origins.has(origin)) return true;
    const [scheme, authority, ...rest] = origin.split('://');
    if ((scheme !== 'http' && scheme !== 'https') || authority === undefined || rest.length > 0) return false;
    // "Any host" must not mean "any web page", so only listed origins are allowed then.
    return !this.#anyHost && this.allowsHost(authority);
  }
}

/**
 * Parses `name[:port]` and rejects everything else, such as user info, paths, trailing dots and spaces, which no
 * legitimate client sends. It does not use `new URL()`, which would repair invalid input.
 */
export function parseAuthority(header: string): { name: string; whole: string } | undefined {
  const whole = header.toLowerCase();
  const bracket = whole.startsWith('[') ? whole.indexOf(']') : -1;
  const colon = whole.indexOf(':', bracket + 1);
  const name = colon === -1 ? whole : whole.slice(0, colon);
  if (!(bracket > 0 ? /^\[[0-9a-f:.]+\]$/.test(name) : /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(name)))
    return undefined;
  if (colon !== -1 && !/^[0-9]{1,5}$/.test(whole.slice(colon + 1))) return undefined;
  return { name, whole };
}
