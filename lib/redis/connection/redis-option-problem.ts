import {
  isClient,
  isClusterNodes,
  type RedisClusterOptions,
  type RedisConnectionOptions,
  type RedisOption,
} from './redis-option.js';

/** Names that other libraries have for what ioredis would not see: it would go to localhost instead. */
const FOREIGN = ['url', 'uri', 'socket', 'connectionString', 'hosts'];

/** @returns what is wrong with the option `redis`, as the rest of a sentence. Nothing of its values: they hold passwords. */
export function problemOf(option: RedisOption): string | undefined {
  if (typeof option === 'string') return ofUrl(option);
  if (isClient(option)) return ofClient(option);
  if (Array.isArray(option)) return 'is a list; give the nodes of a cluster as { nodes: [{ host, port }] }';
  return isClusterNodes(option) ? ofNodes(option) : ofOptions(option);
}

function ofUrl(text: string): string | undefined {
  // The path of a Unix socket.
  if (text.startsWith('/') && !text.startsWith('//')) return undefined;
  const scheme = /^[a-z][a-z0-9+.-]*:(?=\/\/)/i.exec(text)?.[0].toLowerCase();
  if (scheme !== 'redis:' && scheme !== 'rediss:') {
    return `is a URL that begins with "${scheme ?? ''}"; it must begin with "redis://", or "rediss://" for TLS`;
  }
  if (!URL.canParse(text))
    return 'is no URL that can be read; characters such as "/", "#" and "?" in a password are escaped';
  return undefined;
}

function ofClient(client: object): string | undefined {
  const { status, defineCommand } = client as { status?: unknown; defineCommand?: unknown };
  if (typeof status === 'string' && typeof defineCommand === 'function') return undefined;
  return 'is a client of another library; give one of ioredis, or a URL';
}

function ofNodes({ nodes, options, ...others }: RedisClusterOptions): string | undefined {
  const [other] = Object.keys(others);
  if (other !== undefined) return `has "nodes" and "${other}"; options of a cluster belong in "options"`;
  if (options !== undefined && (typeof options !== 'object' || options === null))
    return 'needs "options" to be an object';
  return ofPlaces('nodes', nodes);
}

function ofOptions(options: RedisConnectionOptions): string | undefined {
  const { host, port, path, sentinels, name, role, db } = options;
  const foreign = FOREIGN.find((key) => key in options);
  if (foreign !== undefined)
    return `has "${foreign}", which ioredis does not know; give the URL itself, or host and port`;
  if (host !== undefined && (typeof host !== 'string' || host === '')) return 'needs "host" to be a non-empty string';
  if (port !== undefined && !isPort(port)) return 'needs "port" to be a whole number from 1 to 65535';
  if (db !== undefined && !(Number.isSafeInteger(db) && db >= 0)) return 'needs "db" to be a whole number, at least 0';
  if (path !== undefined && (host ?? port ?? sentinels) !== undefined) {
    return 'has "path", a Unix socket, and an address; keep one of them';
  }
  if (sentinels === undefined || sentinels === null) return undefined;
  if ((host ?? port) !== undefined) return 'has "sentinels" and an address; Sentinel knows the address';
  if (typeof name !== 'string' || name === '') return 'has "sentinels" without "name", the name of their master';
  if (role !== undefined && role !== 'master') return 'needs "role" to be "master"; replicas are behind';
  return ofPlaces('sentinels', sentinels);
}

function ofPlaces(what: string, places: unknown): string | undefined {
  if (!Array.isArray(places) || places.length === 0)
    return `needs "${what}" to be a list with one { host, port } or more`;
  for (const place of places as ({ host?: unknown; port?: unknown } | null | undefined)[]) {
    if (typeof place?.host !== 'string' || place.host === '' || !isPort(place.port)) {
      return `holds one of "${what}" that is not { host, port }, with a port from 1 to 65535`;
    }
  }
  return undefined;
}

const isPort = (port: unknown): boolean =>
  Number.isInteger(port) && (port as number) >= 1 && (port as number) <= 65_535;
