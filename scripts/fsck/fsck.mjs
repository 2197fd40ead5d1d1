import { setTimeout as pause } from 'node:timers/promises';
import { problemsOfLists } from './lists.mjs';
import { parse } from './names.mjs';
import { problemsOfSession } from './session.mjs';

const TYPES = {
  session: 'hash',
  subscriptions: 'set',
  log: 'stream',
  result: 'string',
  request: 'hash',
  sessions: 'zset',
  'sessions-of': 'zset',
  subscribers: 'zset',
  owner: 'string',
  task: 'hash',
  tasks: 'zset',
  'tasks-of': 'zset',
};

const PAGE = 500;

/**
 * Walks the names behind one prefix and tells everything that must not be. Reads only. What is about to be changed may
 * look wrong for a moment: a problem is one only if it is still there at a second look.
 *
 * @returns how many keys of each kind there are, and the problems; without any it is a clean bill (P10)
 */
export async function fsck(redis, prefix, { orphanMs = 3_600_000, confirmAfterMs = 250 } = {}) {
  const first = await look(redis, prefix, orphanMs);
  if (first.problems.length === 0) return first;
  await pause(confirmAfterMs);
  const again = new Set((await look(redis, prefix, orphanMs)).problems);
  return { ...first, problems: first.problems.filter((problem) => again.has(problem)) };
}

async function look(redis, prefix, orphanMs) {
  const [names, problems] = await soundNames(redis, prefix);
  const keys = {};
  for (const { kind } of names) keys[kind] = (keys[kind] ?? 0) + 1;
  for (const group of groups(names)) {
    problems.push(...(await problemsOfSession(redis, group, orphanMs)));
  }
  problems.push(...(await problemsOfLists(redis, names)));
  return { keys, problems };
}

/** Names of keys that are of the type they should be of, and what is wrong about any. */
async function soundNames(redis, prefix) {
  const found = new Set();
  const match = `${prefix.replace(/[\\*?[\]]/g, '\\$&')}:*`;
  for await (const page of redis.scanStream({ match, count: PAGE })) for (const key of page) found.add(key);
  const names = [];
  const problems = [];
  for (const page of pagesOf([...found])) {
    const reads = redis.pipeline();
    for (const key of page) reads.pttl(key).type(key);
    const replies = (await reads.exec()).map(([, reply]) => reply);
    for (const [i, key] of page.entries()) {
      const [ttl, type] = [replies[2 * i], replies[2 * i + 1]];
      if (type === 'none') continue;
      const name = { ...parse(key), ttl };
      if (ttl === -1) problems.push(`no TTL: ${key}`);
      const wanted = TYPES[name.kind] ?? type;
      if (type === wanted) names.push(name);
      else problems.push(`a ${type} that should be a ${wanted}: ${key}`);
    }
  }
  return [names, problems];
}

function* pagesOf(list) {
  for (let i = 0; i < list.length; i += PAGE) yield list.slice(i, i + PAGE);
}

/** What belongs to one session each. */
function groups(names) {
  const bases = new Map();
  for (const name of names) {
    if (name.base === undefined) continue;
    const group = bases.get(name.base) ?? [];
    if (group.length === 0) bases.set(name.base, group);
    group.push(name);
  }
  return bases.values();
}
