import { listsOf, memberOf } from './names.mjs';

const MEMBER = /^(\d+):(.*)$/s;

/** A list names a session or task as `<length of the principal>:<principal><id>`. */
const isMember = (text) => {
  const [, length, rest] = MEMBER.exec(text) ?? [];
  return length !== undefined && Number(length) < rest.length;
};

/** Checks that lists are readable and agree with each other and with the tasks. They may name what no longer exists. */
export async function problemsOfLists(redis, names) {
  const problems = [];
  for (const { kind, key, server, task, by } of names) {
    if (['sessions', 'sessions-of', 'sessions-of-client', 'tasks'].includes(kind)) {
      for (const member of await redis.zrange(key, 0, -1)) {
        if (!isMember(member)) problems.push(`an unreadable member of ${key}: ${JSON.stringify(member)}`);
      }
    }
    if (kind === 'task' && (await redis.zscore(listsOf(server).tasks, memberOf(task))) === null) {
      problems.push(`a task that is not counted: ${key}`);
    }
    // The ids by creation and by expiry are written together.
    if (kind === 'tasks-of') problems.push(...(await problemsOfTaskList(redis, key, by)));
  }
  return problems;
}

async function problemsOfTaskList(redis, key, by) {
  const other = key.replace(/.$/, by === 'c' ? 'x' : 'c');
  const [[, ids], [, others]] = await redis.multi().zrange(key, 0, -1).zrange(other, 0, -1).exec();
  const known = new Set(others);
  return ids.filter((id) => !known.has(id)).map((id) => `a task that is not on ${other}: ${id}`);
}
