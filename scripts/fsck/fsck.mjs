import { setTimeout as pause } from 'node:timers/promises';
import { checkAccounts } from './account.mjs';
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
  owner: 'string',
  task: 'hash',
  tasks: 'zset',
  'tasks-of': 'zset',
};

const PAGE = 500;

/**
 * Checks all keys with one prefix and returns every inconsistency (P10). Only reads. Data that is being changed may
 * look inconsistent for a moment, so a problem is reported only if a second inspection finds it again.
 *
 * @returns the number of keys of each kind, the problems, and the bytes of the account of what is stored
 */
export async function fsck(redis, prefix, { orphanMs = 3_600_000, confirmAfterMs = 250 } = {}) {
  const first = await inspect(redis, prefix, orphanMs);
  if (first.problems.length === 0) return first;
  await pause(confirmAfterMs);
  const confirmed = new Set((await inspect(redis, prefix, orphanMs)).problems);
  return { ...first, problems: first.problems.filter((problem) => confirmed.has(problem)) };
}

async function inspect(redis, prefix, orphanMs) {
  const [names, problems] = await validNames(redis, prefix);
  const keys = {};
  for (const { kind, session } of names) {
    const name = session?.principal === '' ? `broadcast-${kind}` : kind;
    keys[name] = (keys[name] ?? 0) + 1;
  }
  for (const group of groupBySession(names)) {
    problems.push(...(await problemsOfSession(redis, group, orphanMs)));
  }
  problems.push(...(await problemsOfLists(redis, names)));
  const accounts = await checkAccounts(redis, names);
  problems.push(...accounts.problems);
  return { keys, problems, stored: accounts.stored };
}

/** Returns the keys that have the right type, and the problems of the others. */
async function validNames(redis, prefix) {
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
      const expected = TYPES[name.kind] ?? type;
      if (type === expected) names.push(name);
      else problems.push(`a ${type} that should be a ${expected}: ${key}`);
    }
  }
  return [names, problems];
}

function* pagesOf(list) {
  for (let i = 0; i < list.length; i += PAGE) yield list.slice(i, i + PAGE);
}

/** Returns one group of keys per session: the session and the keys it owns. */
function groupBySession(names) {
  const groups = new Map();
  for (const name of names) {
    if (name.base === undefined) continue;
    const group = groups.get(name.base) ?? [];
    if (group.length === 0) groups.set(name.base, group);
    group.push(name);
  }
  return groups.values();
}
