import { listsOf, memberOf } from './names.mjs';

const MEMBER = /^(\d+):(.*)$/s;

/** A list names sessions or tasks by `length of the principal:principal id`. */
const isMember = (text) => {
  const [, length, rest] = MEMBER.exec(text) ?? [];
  return length !== undefined && Number(length) < rest.length;
};

/** Whether lists can be read, and agree with each other and with the tasks. That they name what is gone is as it should be. */
export async function problemsOfLists(redis, names) {
  const problems = [];
  for (const { kind, key, server, task, by } of names) {
    if (['sessions', 'sessions-of', 'subscribers', 'tasks'].includes(kind)) {
      for (const member of await redis.zrange(key, 0, -1)) {
        if (!isMember(member)) problems.push(`an unreadable member of ${key}: ${JSON.stringify(member)}`);
      }
    }
    if (kind === 'task' && (await redis.zscore(listsOf(server).tasks, memberOf(task))) === null) {
      problems.push(`a task that is not counted: ${key}`);
    }
    // Ids by creation and by expiry: written together.
    if (kind === 'tasks-of') problems.push(...(await problemsOfHalves(redis, key, by)));
  }
  return problems;
}

async function problemsOfHalves(redis, key, by) {
  const other = key.replace(/.$/, by === 'c' ? 'x' : 'c');
  const [[, ids], [, others]] = await redis.multi().zrange(key, 0, -1).zrange(other, 0, -1).exec();
  const known = new Set(others);
  return ids.filter((id) => !known.has(id)).map((id) => `a task that is not on ${other}: ${id}`);
}
