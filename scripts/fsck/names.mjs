import { createHash } from 'node:crypto';

/** The reverse of what `lib/redis/keys.ts` does to input that becomes part of a name. */
const decode = (text) => text.replace(/%([0-9a-f]{4})/g, (_, unit) => String.fromCharCode(parseInt(unit, 16)));

/** How a resource's URI is named. */
export const digest = (text) => createHash('sha256').update(text).digest('base64url').slice(0, 32);

const NAME = /^(.+?):\{([^{}]*)\}(?::(.+))?$/;
const OWNED = /^(s|u|(?:l|res|req):.+)$/;

/**
 * What a key is, by its name alone.
 *
 * @returns `kind`, the name of its `server`, and what is said in the name; `other` for what has nothing to agree with
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
  if (first === 'uri') return { kind: 'subscribers', key, server, uri: second };
  if (first === 'id') return { kind: 'owner', key, server, id: decode(second) };
  if (first === 'task') return { kind: 'task', key, server, task: { principal: decode(second), id: decode(third) } };
  if (first === 'tasks' && second !== undefined) return { kind: 'tasks-of', key, server, by: rest };
  if (first === 'tasks') return { kind: 'tasks', key, server };
  return { kind: 'other', key };
}

const OWNED_KINDS = { s: 'session', u: 'subscriptions', l: 'log', res: 'result', req: 'request' };

/** Names of lists, from the parts that are in the name of what they list. */
export const listsOf = (server) => ({
  sessions: `${server}:{all}`,
  sessionsOf: (tagOfPrincipal) => `${server}:{p:${tagOfPrincipal}}`,
  owner: (tagOfId) => `${server}:{id:${tagOfId}}`,
  subscribers: (uri) => `${server}:{uri:${digest(uri)}}`,
  tasks: `${server}:{tasks}`,
});

/** How a list names a session or a task. */
export const memberOf = ({ principal, id }) => `${principal.length}:${principal}${id}`;

/** The parts of the hash tag as they are written in the key. */
export const tagParts = (key) => NAME.exec(key)[2].split(':');
