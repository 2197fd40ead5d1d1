import {
  isClient,
  isClusterNodes,
  type RedisClusterOptions,
  type RedisConnectionOptions,
  type RedisOption,
} from './redis-option.js';

/** Options of other libraries. ioredis ignores them and would connect to localhost. */
const FOREIGN_OPTIONS = ['url', 'uri', 'socket', 'connectionString', 'hosts'];

/**
 * Checks the option `redis`.
 *
 * @returns what is wrong with it, as the rest of a sentence; without its values, because they contain passwords
 */
export function problemOf(option: RedisOption): string | undefined {
  if (typeof option === 'string') return problemOfUrl(option);
  if (isClient(option)) return problemOfClient(option);
  if (Array.isArray(option)) return 'is a list; give the nodes of a cluster as { nodes: [{ host, port }] }';
  return isClusterNodes(option) ? problemOfNodes(option) : problemOfOptions(option);
}

function problemOfUrl(text: string): string | undefined {
  // This is the path of a Unix socket.
  if (text.startsWith('/') && !text.startsWith('//')) return undefined;
  const scheme = /^[a-z][a-z0-9+.-]*:(?=\/\/)/i.exec(text)?.[0].toLowerCase();
  if (scheme !== 'redis:' && scheme !== 'rediss:') {
    return `is a URL that begins with "${scheme ?? ''}"; it must begin with "redis://", or "rediss://" for TLS`;
  }
  if (!URL.canParse(text))
    return 'is not a valid URL; percent-encode characters such as "/", "#" and "?" in a password';
  // ioredis decodes the user and the password, and would throw an error of its own.
  return isDecodable(text) ? undefined : 'has a "%" that begins no escape; write it as "%25"';
}

/** `%C3` alone is an escape, too, but of half a character. */
function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== undefined;
  } catch {
    return false;
  }
}

function problemOfClient(client: object): string | undefined {
  const { status, defineCommand } = client as { status?: unknown; defineCommand?: unknown };
  if (typeof status === 'string' && typeof defineCommand === 'function') return undefined;
  return 'is a client of another library; give one of ioredis, or a URL';
}

function problemOfNodes({ nodes, options, ...others }: RedisClusterOptions): string | undefined {
  const [other] = Object.keys(others);
  if (other !== undefined) return `has "nodes" and "${other}"; options of a cluster belong in "options"`;
  if (options !== undefined && (typeof options !== 'object' || options === null))
    return 'needs "options" to be an object';
  return problemOfAddresses('nodes', nodes);
}

function problemOfOptions(options: RedisConnectionOptions): string | undefined {
  const { host, port, path, sentinels, name, role, db } = options;
  const foreign = FOREIGN_OPTIONS.find((key) => key in options);
  if (foreign !== undefined)
    return `has "${foreign}", which ioredis does not know; give the URL itself, or host and port`;
  if (host !== undefined && (typeof host !== 'string' || host === '')) return 'needs "host" to be a non-empty string';
  if (port !== undefined && !isPort(port)) return 'needs "port" to be a whole number from 1 to 65535';
  if (db !== undefined && !(Number.isSafeInteger(db) && db >= 0)) return 'needs "db" to be a whole number, at least 0';
  if (path !== undefined && (host ?? port ?? sentinels) !== undefined) {
    return 'has both "path", a Unix socket, and an address; keep one of them';
  }
  if (sentinels === undefined || sentinels === null) return undefined;
  if ((host ?? port) !== undefined)
    return 'has both "sentinels" and an address; remove the address, as Sentinel knows it';
  if (typeof name !== 'string' || name === '') return 'has "sentinels" without "name", the name of their master';
  if (role !== undefined && role !== 'master') return 'needs "role" to be "master"; replicas lag behind';
  return problemOfAddresses('sentinels', sentinels);
}

function problemOfAddresses(option: string, addresses: unknown): string | undefined {
  if (!Array.isArray(addresses) || addresses.length === 0)
    return `needs "${option}" to be a list of at least one { host, port }`;
  for (const address of addresses as ({ host?: unknown; port?: unknown } | null | undefined)[]) {
    if (typeof address?.host !== 'string' || address.host === '' || !isPort(address.port)) {
      return `has an element in "${option}" that is not { host, port } with a port from 1 to 65535`;
    }
  }
  return undefined;
}

const isPort = (port: unknown): boolean =>
  Number.isInteger(port) && (port as number) >= 1 && (port as number) <= 65_535;
