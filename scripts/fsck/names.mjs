import { createHash } from 'node:crypto';

/** Reverses the encoding that `lib/redis/keys.ts` applies to input in names. */
const decode = (text) => text.replace(/%([0-9a-f]{4})/g, (_, unit) => String.fromCharCode(parseInt(unit, 16)));

/** Returns the name of a resource's URI. */
export const digest = (text) => createHash('sha256').update(text).digest('base64url').slice(0, 32);

const NAME = /^(.+?):\{([^{}]*)\}(?::(.+))?$/;
const OWNED = /^(s|u|(?:l|res|req):.+)$/;

/**
 * Parses the name of a key.
 *
 * @returns its `kind`, the prefix of its `server`, and the parts of the name; kind `other` if there is nothing to check
 */
export function parse(key) {
  const [, server, tag, rest] = NAME.exec(key) ?? [];
  if (server === undefined) return { kind: 'other', key };
  const [first, second, third] = tag.split(':');
  if (rest !== undefined && OWNED.test(rest) && second !== undefined) {
    const [kind, ...name] = rest.split(':');
    const session = { principal: decode(first), id: decode(second) };
    return { kind: OWNED_KINDS[kind], key, server, session, base: `${server}:{${tag}}:`, name: name.join(':') };
  }
  if (first === 'all' && second === undefined) return { kind: 'sessions', key, server };
  if (first === 'p') return { kind: 'sessions-of', key, server, principal: decode(second) };
  if (first === 'c') return { kind: 'sessions-of-client', key, server };
  if (first === 'id') return { kind: 'owner', key, server, id: decode(second) };
  if (first === 'task') return { kind: 'task', key, server, task: { principal: decode(second), id: decode(third) } };
  if (first === 'stored') return { kind: 'account', key, server, part: rest };
  if (first === 'tasks' && second !== undefined) return { kind: 'tasks-of', key, server, by: rest };
  if (first === 'tasks') return { kind: 'tasks', key, server };
  return { kind: 'other', key };
}

const OWNED_KINDS = { s: 'session', u: 'subscriptions', l: 'log', res: 'result', req: 'request' };

/** Returns the names of the lists of a server. The parameters are parts as they are encoded in the keys. */
export const listsOf = (server) => ({
  sessions: `${server}:{all}`,
  sessionsOf: (tagOfPrincipal) => `${server}:{p:${tagOfPrincipal}}`,
  sessionsOfClient: (client) => `${server}:{c:${digest(client)}}`,
  owner: (tagOfId) => `${server}:{id:${tagOfId}}`,
  tasks: `${server}:{tasks}`,
});

/** Returns the member of a list for a session or a task. */
export const memberOf = ({ principal, id }) => `${principal.length}:${principal}${id}`;

/** Returns the parts of the hash tag as they are encoded in the key. */
export const tagParts = (key) => NAME.exec(key)[2].split(':');
