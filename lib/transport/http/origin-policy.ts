/** Names under which a server on this machine is reached. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

export interface OriginPolicyOptions {
  readonly allowedHosts?: readonly string[];
  readonly allowedOrigins?: readonly string[];
  readonly dangerouslyAllowAnyHost?: boolean;
}

/**
 * Host and Origin checks against DNS rebinding: a page of an attacker whose name was re-pointed at this server sends
 * its own name in both (S1, Z-1). Checked on every verb, before anything else.
 */
export class OriginPolicy {
  readonly #hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;
  readonly #any: boolean;

  constructor({ allowedHosts = LOOPBACK, allowedOrigins = [], dangerouslyAllowAnyHost = false }: OriginPolicyOptions) {
    this.#hosts = new Set(allowedHosts.map((host) => host.toLowerCase()));
    this.#origins = new Set(allowedOrigins.map((origin) => origin.toLowerCase()));
    this.#any = dangerouslyAllowAnyHost;
  }

  /** Allowed with any port when the name alone is listed, with that port when `name:port` is. */
  allowsHost(header: string | undefined): boolean {
    if (this.#any) return true;
    if (header === undefined) return false;
    const authority = parseAuthority(header);
    return authority !== undefined && (this.#hosts.has(authority.name) || this.#hosts.has(authority.whole));
  }

  /** No `Origin` passes: only browsers send one. An origin on an allowed host is the server's own page. */
  allowsOrigin(header: string | undefined): boolean {
    if (header === undefined) return true;
    const origin = header.toLowerCase();
    if (this.#origins.has(origin)) return true;
    const [scheme, authority, ...rest] = origin.split('://');
    if ((scheme !== 'http' && scheme !== 'https') || authority === undefined || rest.length > 0) return false;
    // "Any host" must not mean "any web page": only listed origins then.
    return !this.#any && this.allowsHost(authority);
  }
}

/**
 * `name[:port]` and nothing else: user info, paths, trailing dots and spaces are no spelling a client of ours uses.
 * Hand-written, as `new URL()` would repair what must be refused.
 */
export function parseAuthority(header: string): { name: string; whole: string } | undefined {
  const whole = header.toLowerCase();
  const close = whole.startsWith('[') ? whole.indexOf(']') : -1;
  const colon = whole.indexOf(':', close + 1);
  const name = colon === -1 ? whole : whole.slice(0, colon);
  if (!(close > 0 ? /^\[[0-9a-f:.]+\]$/.test(name) : /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(name))) return undefined;
  if (colon !== -1 && !/^[0-9]{1,5}$/.test(whole.slice(colon + 1))) return undefined;
  return { name, whole };
}
